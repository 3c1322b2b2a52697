import {
  acceptedOutput,
  contractOutput,
  LinkError,
  messageOf,
  type PkiOutput,
  pkiOutput,
  readPkiOutput,
} from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { readOutputs } from "./stack-outputs.ts";

/** This stack's full name, as its peers write it. */
export const ownStack = (): string => `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

/** The outputs of this stack's last successful update. */
export interface OwnOutputs {
  /** Undefined before the first update. */
  readonly pki: PkiOutput | undefined;
  /** What was accepted of the peers, unchecked: readers compare it with the pins. */
  readonly accepted: unknown;
  /** A sender's output `link`; absent before the first update. */
  readonly link: unknown;
}

/** @throws LinkError if they cannot be read or contain no PKI, so that the stack is not mistaken for a new one */
export async function ownOutputs(): Promise<OwnOutputs> {
  const stack = ownStack();
  const names = [pkiOutput, contractOutput, acceptedOutput, "link"] as const;
  const outputs = await readOutputs(stack, names).catch((error: unknown) => {
    throw new LinkError("STACK_OUTPUTS_UNREADABLE", {
      what: `cannot read the last outputs of this stack, ${stack}: ${messageOf(error)}`,
      cause: error,
    });
  });
  const pki = readPkiOutput(outputs[pkiOutput]);
  const contract = outputs[contractOutput];
  if (pki === undefined && contract !== undefined) {
    throw new LinkError("OWN_OUTPUTS_INVALID", {
      what: `${stack} has an output ${contractOutput} but no ${pkiOutput}, so another program wrote them`,
      next: "update with the release that wrote them, or a later one",
    });
  }
  return { pki, accepted: outputs[acceptedOutput], link: outputs.link };
}
