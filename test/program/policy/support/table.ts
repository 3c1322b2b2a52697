import type { Role } from "../../stacks/stacks.ts";
import type { Mutant } from "./mutate.ts";

/** One change of a stack's resources, and exactly those policies that must report it. */
export type Mutation = readonly [role: Role, what: string, policies: readonly string[], change: (it: Mutant) => void];
