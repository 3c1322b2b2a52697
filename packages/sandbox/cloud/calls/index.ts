import { balancers } from "./balancer.ts";
import type { Calls } from "./call.ts";
import { convergence, host } from "./host.ts";
import { identities } from "./identities.ts";
import { names } from "./names.ts";
import { network } from "./network.ts";
import { storage } from "./storage.ts";

/**
 * What the official provider calls in the life of each resource type of the product, and what the request to a host to
 * converge calls. The stand-in asks IAM for exactly this, and the policies of docs/iam are made of it.
 */
export const calls: Readonly<Record<string, Calls>> = {
  ...network,
  ...names,
  ...host,
  ...balancers,
  ...storage,
  ...identities,
  "command:local:Command": { create: convergence, read: [], update: convergence, delete: [] },
};
