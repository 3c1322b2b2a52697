import { type PkiOutput, pkiOutput, readPkiOutput } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";

/** This stack's name as its peers write it. */
export const ownStack = (): string => `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

/** What this stack's last successful update left of its PKI; undefined before the first. */
export async function pkiInForce(): Promise<PkiOutput | undefined> {
  const stack = ownStack();
  const reference = new pulumi.StackReference("own-outputs", { name: stack });
  const { value } = await reference.getOutputDetails(pkiOutput);
  return readPkiOutput(value);
}
