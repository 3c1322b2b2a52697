import { LinkError } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";

/**
 * Runs a program so that a refusal is shown as its message alone. Of any other error Pulumi shows the stack trace and, in
 * the colours of a terminal, every property, which says nothing to whoever wrote a wrong value. An internal error keeps its
 * trace: it is for whoever mends it.
 * @throws RunError with code and message of a LinkError that the program throws
 */
export async function refusing<Outputs>(program: () => Promise<Outputs>): Promise<Outputs> {
  try {
    return await program();
  } catch (error) {
    if (!(error instanceof LinkError) || error.code === "INTERNAL") throw error;
    throw Object.assign(new pulumi.RunError(`${error.code}: ${error.message}`), { cause: error });
  }
}
