import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { certificatesOf } from "@metrics-link/contract/fingerprint.ts";
import { hostPaths } from "@metrics-link/contract/host-paths.ts";
import { type Release, sha256 } from "@metrics-link/contract/release.ts";
import { normaliseSerial } from "../certificates.ts";
import type { Effects } from "../effects.ts";
import { at } from "../run.ts";

type Root = Pick<Effects, "root">;

/** This host's own certificates, as its checks name them. Of the key it is told whether it fits, and nothing else. */
export async function certificatesOnDisk(effects: Root, { checks }: Release) {
  const pair = checks.find((check) => check.kind === "keyPair");
  const chain = checks.find((check) => check.kind === "chain");
  if (pair === undefined || chain === undefined) return { chain: [], ownRoots: [], keyFits: true };
  const text = (path: string) => readFile(at(effects, hostPaths.current, path), "utf8");
  const [chainPem, rootPem, keyPem] = await Promise.all([text(pair.certificate), text(chain.root), text(pair.key)]);
  const [leaf] = certificatesOf(chainPem);
  return {
    chain: described(chainPem),
    ownRoots: described(rootPem),
    keyFits: leaf !== undefined && new X509Certificate(leaf).checkPrivateKey(createPrivateKey(keyPem)),
  };
}

/** The trust bundles: what each file holds, and whether anything stands in it that is no certificate. */
export async function bundlesOnDisk(effects: Root, { checks }: Release) {
  return await Promise.all(
    checks
      .filter((check) => check.kind === "trustBundle")
      .map(async ({ file }) => {
        const pem = await readFile(at(effects, hostPaths.current, file), "utf8");
        const rest = certificatesOf(pem).reduce((text, one) => text.replace(one, ""), pem);
        return { file, certificates: described(pem), sha256: sha256(pem), otherText: rest.trim() !== "" };
      }),
  );
}

export function described(pem: string) {
  return certificatesOf(pem).map((one) => {
    const certificate = new X509Certificate(one);
    const { subject, issuer, serialNumber, fingerprint256, validFromDate, validToDate, subjectAltName, ca } =
      certificate;
    return {
      subject: oneLine(subject),
      issuer: oneLine(issuer),
      serial: normaliseSerial(serialNumber),
      fingerprint: fingerprint256,
      notBefore: validFromDate.toISOString(),
      notAfter: validToDate.toISOString(),
      names: (subjectAltName ?? "").split(", ").flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4)] : [])),
      authority: ca,
    };
  });
}

const oneLine = (name: string) => name.replaceAll("\n", ", ");
