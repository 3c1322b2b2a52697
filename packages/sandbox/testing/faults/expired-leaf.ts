import "reflect-metadata";
import { createPrivateKey, createPublicKey, webcrypto } from "node:crypto";
import { hostPaths } from "@metrics-link/contract";
import { certificatesOf } from "@metrics-link/contract/fingerprint.ts";
import * as x509 from "@peculiar/x509";
import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import type { Role } from "../../cli/stack-files.ts";
import { identitiesOf } from "../identities.ts";
import type { Fault } from "./fault.ts";
import { startAgent, stopAgent } from "./units.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const minute = 60_000;
/** What was there, until it is put back: the agent would find it, but wait a minute for an Envoy that cannot know. */
const aside = "/run/metrics-link-fault-chain.pem";
const chainFile = `${hostPaths.current}/tls/certificate-chain.pem`;

/** The leaf that a host presents has expired, and is right in everything else: nobody has renewed it. */
export function expiredLeaf(sandbox: Sandbox, host: Role): Fault {
  // Envoy looks again when a release comes into force, and that it does not for a file.
  const takeUp = () => runOnHost(sandbox, host, ["systemctl", "restart", "metrics-link-envoy"]);
  return {
    async inject() {
      const chain = await expired(await identitiesOf(sandbox, host));
      await stopAgent(sandbox, host);
      const script = `test -e ${aside} || cp ${chainFile} ${aside}; cat > ${chainFile}`;
      const { code, stderr } = await sandbox.world.exec(host, ["sh", "-c", script], { stdin: chain });
      if (code !== 0) throw new Error(`${chainFile} on ${host}: ${stderr}`);
      await takeUp();
    },
    async heal() {
      const script = `if test -e ${aside}; then cat ${aside} > ${chainFile} && rm ${aside}; fi`;
      await runOnHost(sandbox, host, ["sh", "-c", script]);
      await takeUp();
      await startAgent(sandbox, host);
    },
  };
}

/** The same leaf, with its key, signed by the same intermediate, and valid until a minute ago. */
async function expired({ leaf, intermediate }: Awaited<ReturnType<typeof identitiesOf>>): Promise<string> {
  const [pem = ""] = certificatesOf(leaf.chain);
  const present = new x509.X509Certificate(pem);
  const der = createPrivateKey(intermediate.key).export({ format: "der", type: "pkcs8" });
  const spki = createPublicKey(leaf.key).export({ format: "der", type: "spki" });
  const issuer = new x509.X509Certificate(intermediate.chain);
  const made = await x509.X509CertificateGenerator.create({
    subject: present.subject,
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - 2 * minute),
    notAfter: new Date(Date.now() - minute),
    signingAlgorithm: algorithm,
    publicKey: await webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
    signingKey: await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]),
    extensions: present.extensions,
  });
  return `${made.toString("pem")}\n${intermediate.chain}`;
}
