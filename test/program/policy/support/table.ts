import type { Role } from "../../stacks/stacks.ts";
import type { Mutant } from "./mutate.ts";

/** One change of what a stack puts out, and the policies that must say so: these and no others. */
export type Mutation = readonly [role: Role, what: string, policies: readonly string[], change: (it: Mutant) => void];
