import { readFileSync } from "node:fs";
import { artefactNames, type PkiOutput } from "@metrics-link/contract";
import { artefactsOf } from "../cli/ceremony.ts";
import { pulumiOf, type Sandbox } from "../cli/sandbox.ts";
import type { Role } from "../cli/stack-files.ts";

/** A certificate chain and its key. */
export interface Identity {
  readonly chain: string;
  readonly key: string;
}

interface StateResource {
  readonly urn: string;
  readonly outputs: Record<string, string>;
}

/** A side's PKI with its keys in clear: what somebody has who holds the state and its passphrase. */
export async function identitiesOf(sandbox: Sandbox, role: Role): Promise<Record<"leaf" | "intermediate", Identity>> {
  const pulumi = pulumiOf(sandbox);
  const { stdout } = await pulumi.must(["stack", "export", "-s", role, "--show-secrets"]);
  const unwrap = (_key: string, value: unknown) =>
    typeof value === "object" && value !== null && "plaintext" in value ? JSON.parse(String(value.plaintext)) : value;
  const { resources } = (JSON.parse(stdout, unwrap) as { deployment: { resources: StateResource[] } }).deployment;
  const output = (name: RegExp, key: string) => {
    const found = resources.find(({ urn }) => name.test(urn))?.outputs[key];
    if (found === undefined) throw new Error(`the state of ${role} has no ${key} of ${name}`);
    return found;
  };
  // The root signed it elsewhere: its certificate is an artefact of the ceremony.
  const { generations } = await pulumi.output<PkiOutput>(role, "pki");
  const file = artefactsOf(sandbox, role, artefactNames.intermediate(generations.intermediate));
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
