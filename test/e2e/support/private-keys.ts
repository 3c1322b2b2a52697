import { createPrivateKey } from "node:crypto";
import { join } from "node:path";
import { mediumOf } from "@metrics-link/sandbox/cli/ceremony.ts";
import { Pulumi } from "@metrics-link/sandbox/cli/pulumi.ts";
import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { pulumi, sandbox } from "./sandbox.ts";

/** The one stack of a medium, by its whole name: no project of its own is needed to read it. */
const rootStack = "organization/metrics-link-root/root";

/**
 * What to look for when one looks for a private key in whatever form it was written down: its number in hexadecimal and
 * in Base64, wherever in a text of Base64 it may begin. Never print one.
 */
export function needlesOf(pem: string): string[] {
  const { d = "" } = createPrivateKey(pem).export({ format: "jwk" });
  const number = Buffer.from(d, "base64url");
  // Base64 takes three bytes at a time: the same bytes look different at each of three places.
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), number]).toString("base64");
    return encoded.slice(Math.ceil((shift * 8) / 6), -4).slice(0, 36);
  });
  return [...aligned, aligned[0]?.replaceAll("+", "-").replaceAll("/", "_") ?? "", number.toString("hex")];
}

/** Every private key of a stack from its state in clear: only in this process' memory. */
export const privateKeysOf = (stack: string): Promise<string[]> => keysOf(pulumi(), stack);

/** The keys of an account's roots, from the medium: they are to be in nothing else. */
export function rootKeysOf(role: Role): Promise<string[]> {
  const { folder, passphraseFile } = mediumOf(sandbox);
  const { PULUMI_CONFIG_PASSPHRASE: _everyday, ...environment } = deployerEnvironment(sandbox.layout, role);
  const medium = {
    ...environment,
    PULUMI_BACKEND_URL: `file://${join(folder, role, "state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
  };
  const logs = join(sandbox.layout.directory, "logs");
  return keysOf(new Pulumi(sandbox.layout.directory, { ...process.env, ...medium }, logs), rootStack);
}

async function keysOf(program: Pulumi, stack: string): Promise<string[]> {
  const { stdout } = await program.must(["stack", "export", "-s", stack, "--show-secrets"]);
  // Line feeds are escaped once for each document that the key is nested in.
  const found = [...stdout.matchAll(/-----BEGIN ((?:EC )?PRIVATE KEY)-----(.*?)-----END/g)].map(
    ([, kind, text = ""]) => {
      const body = text.replaceAll(/\\+n/g, "");
      return `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`;
    },
  );
  const numbers = new Map(found.map((pem) => [createPrivateKey(pem).export({ format: "jwk" }).d, pem]));
  return [...numbers.values()];
}

/** A text in which a needle can be found although it was broken into lines. */
export const joined = (text: string) => text.replaceAll("\\n", "").replaceAll(/\s/g, "");
