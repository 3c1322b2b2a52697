import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { readCertificates, unlessOtherText } from "@metrics-link/contract";
import { hostPaths, type Release, sha256 } from "@metrics-link/release";
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
  const [leaf] = readCertificates(chainPem);
  return {
    chain: described(chainPem),
    ownRoots: described(rootPem),
    keyFits: leaf?.checkPrivateKey(createPrivateKey(keyPem)) ?? false,
  };
}

/** The trust bundles: what each file holds, and whether anything stands in it that is no certificate. */
export async function bundlesOnDisk(effects: Root, { checks }: Release) {
  return await Promise.all(
    checks
      .filter((check) => check.kind === "trustBundle")
      .map(async ({ file }) => {
        const pem = await readFile(at(effects, hostPaths.current, file), "utf8");
        // Nobody can say what Envoy makes of any other text.
        const certificates = unlessOtherText<ReturnType<typeof described> | undefined>(
          () => described(pem),
          () => undefined,
        );
        return { file, certificates: certificates ?? [], sha256: sha256(pem), otherText: certificates === undefined };
      }),
  );
}

export function described(pem: string) {
  return readCertificates(pem).map((certificate) => {
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
