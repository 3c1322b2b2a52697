import { acceptedOutput, contractOutput, type PkiOutput, pkiOutput, readPkiOutput } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";

/** This stack's name as its peers write it. */
export const ownStack = (): string => `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

/** What this stack's last successful update left. */
export interface OwnOutputs {
  /** Undefined before the first update. */
  readonly pki: PkiOutput | undefined;
  /** What was accepted of the peers, as it stands there: whoever reads it compares it with the pins. */
  readonly accepted: unknown;
  /** A sender's word for its link; absent before the first update. */
  readonly link: unknown;
}

/** @throws Error when there was an update that left no PKI: it would be taken for a new stack */
export async function ownOutputs(): Promise<OwnOutputs> {
  const stack = ownStack();
  const outputs = await readOutputs(stack);
  const pki = readPkiOutput(outputs[pkiOutput]);
  const contract = outputs[contractOutput];
  if (pki === undefined && contract !== undefined) {
    throw new Error(`${stack} has an output ${contractOutput} and no ${pkiOutput}: an earlier program made it`);
  }
  return { pki, accepted: outputs[acceptedOutput], link: outputs.link };
}

/**
 * The outputs of a stack's last successful update; none of a stack that was never updated, or was destroyed.
 *
 * It asks by the function that pulumi.StackReference asks by. The resource would fail in the engine, where no `catch`
 * of this program sees it, and the whole update with it.
 * @throws Error in the backend's words when there is no such stack or it cannot be read
 */
export async function readOutputs(stack: string): Promise<Readonly<Record<string, unknown>>> {
  const found = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack })) as {
    readonly outputs?: Readonly<Record<string, unknown>>;
  };
  return found.outputs ?? {};
}
