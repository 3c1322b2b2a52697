import "reflect-metadata";
import { createPrivateKey, createPublicKey, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  artifactNames,
  certificatesOf,
  LinkError,
  type PkiOutput,
  pkiOutput,
  readPkiOutput,
} from "@metrics-link/contract";
import * as x509 from "@peculiar/x509";
import { z } from "zod";
import { artifactsOf } from "../cli/ceremony.ts";
import { pulumiOf, type Sandbox } from "../cli/sandbox.ts";
import { roleOf } from "../cli/stack-files.ts";
import type { Side } from "../world/accounts.ts";

/** A certificate chain and its key. */
export interface Identity {
  readonly chain: string;
  readonly key: string;
}

/** A leaf and its issuers. */
export type Identities = Readonly<Record<"leaf" | "intermediate", Identity>>;

const state = z.object({
  deployment: z.object({
    resources: z.array(z.object({ urn: z.string(), outputs: z.record(z.string(), z.unknown()).default({}) })),
  }),
});

/** What a side's last update left in its output `pki`. @throws LinkError STATE_INVALID before the first update */
export async function pkiOf(sandbox: Sandbox, side: Side): Promise<PkiOutput> {
  const found = readPkiOutput(await pulumiOf(sandbox, side).output(side, pkiOutput, z.unknown()));
  if (found === undefined) throw new LinkError("STATE_INVALID", { what: `stack ${side} has no output ${pkiOutput}` });
  return found;
}

/** A side's PKI with its keys in clear: what a holder of the state and its passphrase has. */
export async function identitiesOf(sandbox: Sandbox, side: Side): Promise<Identities> {
  const [pulumi, role] = [pulumiOf(sandbox, side), roleOf(side)];
  const { stdout } = await pulumi.must(["stack", "export", "-s", side, "--show-secrets"]);
  const unwrap = (_key: string, value: unknown) =>
    typeof value === "object" && value !== null && "plaintext" in value ? JSON.parse(String(value.plaintext)) : value;
  const { resources } = state.parse(JSON.parse(stdout, unwrap)).deployment;
  const output = (name: RegExp, key: string) => {
    const found = resources.find(({ urn }) => name.test(urn))?.outputs[key];
    if (typeof found !== "string") {
      throw new LinkError("STATE_INVALID", { what: `the state of ${side} has no ${key} of ${name}` });
    }
    return found;
  };
  // The root signed it: its certificate is an artifact of the ceremony.
  const { generations } = await pkiOf(sandbox, side);
  const file = artifactsOf(sandbox, side, artifactNames.intermediate(generations.intermediate));
  const intermediate = readFileSync(file, "utf8");
  return {
    leaf: {
      chain: output(new RegExp(`::${role}-leaf-[gr\\d-]+-certificate$`), "certPem") + intermediate,
      key: output(new RegExp(`::${role}-leaf-[gr\\d-]+-key$`), "privateKeyPem"),
    },
    intermediate: {
      chain: intermediate,
      key: output(new RegExp(`::${role}-intermediate-g${generations.intermediate}-key$`), "privateKeyPem"),
    },
  };
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const minute = 60_000;

/** The same leaf, with its key, signed by the same intermediate, and valid until a minute ago. */
export async function expired({ leaf, intermediate }: Identities): Promise<string> {
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
