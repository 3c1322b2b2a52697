import { createPrivateKey } from "node:crypto";
import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { issuerText, readCertificates, subjectText, unlessOtherText } from "@metrics-link/contract";
import { hostPaths, parseRelease, type Release, sha256 } from "@metrics-link/release";
import { Accounts } from "../accounts.ts";
import { normaliseSerial } from "../certificates.ts";
import type { Effects } from "../effects.ts";
import { exists } from "../files.ts";
import { releaseFile } from "../releases.ts";
import { at } from "../run.ts";
import { readSeal, sealOf, toolDirectory } from "../tools.ts";

type Root = Pick<Effects, "root">;

/** The release that `current` points to, and its document on disk. */
export async function releaseOnDisk(effects: Root) {
  const directory = await realpath(at(effects, hostPaths.current));
  const text = await readFile(join(directory, releaseFile));
  return {
    summary: { inForce: basename(directory), documentSha256: sha256(text) },
    document: parseRelease(JSON.parse(text.toString())),
  };
}

/** Every file of the release as it is on disk, and foreign files. */
export async function filesOnDisk(effects: Root, { files, secrets, tools }: Release) {
  const accounts = await Accounts.read(effects.root);
  const directory = await realpath(at(effects, hostPaths.current));
  const look = async (path: string, hashed: boolean) => {
    const file = join(directory, path);
    const found = await lstat(file).catch(() => undefined);
    if (found === undefined) return "missing";
    if (!found.isFile()) return "not a file";
    const mode = `0${(found.mode & 0o7777).toString(8)}`;
    const owner = accounts.nameOf(found.uid, found.gid);
    return [...(hashed ? [sha256(await readFile(file))] : []), mode, owner].join(" ");
  };
  const entries = [
    ...files.map(({ path }) => [path, true] as const),
    ...secrets.map(({ path }) => [path, false] as const),
  ];
  const found = await Promise.all(entries.map(async ([path, hashed]) => [path, await look(path, hashed)] as const));
  const commands = tools.flatMap(({ executables }) => Object.keys(executables).map((name) => `bin/${name}`));
  const ours = new Set([...entries.map(([path]) => path), ...commands, releaseFile]);
  const present = await readdir(directory, { recursive: true, withFileTypes: true });
  return {
    found: Object.fromEntries(found),
    foreign: present
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
      .filter((path) => !ours.has(path))
      .slice(0, 20),
  };
}

/** The tools of the release, and the hashes of their executables when their archives were unpacked. */
export async function toolsOnDisk(effects: Root, { tools }: Release) {
  return await Promise.all(
    tools.map(async (tool) => {
      const directory = at(effects, toolDirectory(tool));
      const seal = (await exists(sealOf(directory))) ? await readSeal(directory) : undefined;
      const sealed = Object.entries(seal ?? {}).map(
        ([inner, one]) => [`${toolDirectory(tool)}/${inner}`, one.sha256] as const,
      );
      const { name, version, sha256: archiveSha256 } = tool;
      return { name, version, archiveSha256, sealed: seal === undefined ? null : Object.fromEntries(sealed) };
    }),
  );
}

/** This host's own certificates, as its checks name them, and whether the key matches; nothing else about the key. */
export async function certificatesOnDisk(effects: Root, { checks }: Release) {
  const pair = checks.find((check) => check.kind === "keyPair");
  const chain = checks.find((check) => check.kind === "chain");
  if (pair === undefined || chain === undefined) return { chain: [], ownRoots: [], keyFits: true };
  const text = (path: string) => readFile(at(effects, hostPaths.current, path), "utf8");
  const [chainPem, rootPem, keyPem] = await Promise.all([text(pair.certificate), text(chain.root), text(pair.key)]);
  const [leaf] = readCertificates(chainPem);
  return {
    chain: described(chainPem),
    ownRoots: described(rootPem),
    keyFits: leaf?.checkPrivateKey(createPrivateKey(keyPem)) ?? false,
  };
}

/** The trust bundles: each file's certificates, and whether it contains any other text. */
export async function bundlesOnDisk(effects: Root, { checks }: Release) {
  return await Promise.all(
    checks
      .filter((check) => check.kind === "trustBundle")
      .map(async ({ file }) => {
        const pem = await readFile(at(effects, hostPaths.current, file), "utf8");
        // What Envoy makes of other text is unknown.
        const certificates = unlessOtherText<ReturnType<typeof described> | undefined>(
          () => described(pem),
          () => undefined,
        );
        return { file, certificates: certificates ?? [], sha256: sha256(pem), otherText: certificates === undefined };
      }),
  );
}

function described(pem: string) {
  return readCertificates(pem).map((certificate) => {
    const { serialNumber, fingerprint256, validFromDate, validToDate, subjectAltName, ca } = certificate;
    return {
      subject: subjectText(certificate),
      issuer: issuerText(certificate),
      serial: normaliseSerial(serialNumber),
      fingerprint: fingerprint256,
      notBefore: validFromDate.toISOString(),
      notAfter: validToDate.toISOString(),
      names: (subjectAltName ?? "").split(", ").flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4)] : [])),
      authority: ca,
    };
  });
}
