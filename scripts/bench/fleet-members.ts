import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fingerprintsOf } from "@metrics-link/contract";

/** A sender of the fleet, and what it shows. */
export interface Member {
  readonly name: string;
  readonly dnsName: string;
  readonly address: string;
  readonly root: string;
  readonly fingerprint: string;
}

/** A key and certificate that any Envoy can start with. */
export interface Leaf {
  readonly key: string;
  readonly certificate: string;
}

/** Self-signed roots, no two of them the same: a receiver refuses two senders with one root. */
export function fleetOf(count: number): { readonly members: readonly Member[]; readonly leaf: Leaf } {
  const folder = mkdtempSync(join(tmpdir(), "fleet-"));
  const [key, root] = [join(folder, "key.pem"), join(folder, "root.pem")];
  const certificateOf = (subject: string) => {
    const words = ["-days", "3650", "-subj", `/CN=${subject}`, "-out", root];
    execFileSync("openssl", ["req", "-x509", "-key", key, ...words], { stdio: "ignore" });
    return readFileSync(root, "utf8");
  };
  try {
    execFileSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key]);
    const members = Array.from({ length: count }, (_, index): Member => {
      const pem = certificateOf(`root ${index}`);
      const name = `sender-${index}`;
      const address = `11.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
      const [fingerprint = ""] = fingerprintsOf(pem);
      return { name, dnsName: `metrics-sender.${name}.internal`, address, root: pem, fingerprint };
    });
    return { members, leaf: { key: readFileSync(key, "utf8"), certificate: certificateOf("receiver") } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
