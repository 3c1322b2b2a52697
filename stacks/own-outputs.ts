import { contractOutput, type PkiOutput, pkiOutput, readPkiOutput } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";

/** This stack's name as its peers write it. */
export const ownStack = (): string => `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

/**
 * What this stack's last successful update left of its PKI; undefined before the first.
 * @throws Error when there was an update that left nothing of the kind: it would be taken for a new stack
 */
export async function pkiInForce(): Promise<PkiOutput | undefined> {
  const stack = ownStack();
  const reference = new pulumi.StackReference("own-outputs", { name: stack });
  const [{ value }, contract] = await Promise.all([
    reference.getOutputDetails(pkiOutput),
    reference.getOutputDetails(contractOutput),
  ]);
  const found = readPkiOutput(value);
  if (found === undefined && contract.value !== undefined) {
    throw new Error(`${stack} has an output ${contractOutput} and no ${pkiOutput}: an earlier program made it`);
  }
  return found;
}
