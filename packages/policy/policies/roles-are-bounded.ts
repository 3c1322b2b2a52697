import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const rolesAreBounded: ResourceRule = {
  kind: "resource",
  name: "roles-are-bounded",
  fence: "account",
  rule: "Each role is made within the permissions boundary that the configuration names.",
  reason: "A deployer who may give a role any right can make itself an administrator; a boundary ends that.",
  remedy: "Make the policy of stacks/iam/host-boundary.json once, and name it in account.permissionsBoundary.",
  source: "docs/decisions/0651; IAM User Guide, Permissions boundaries for IAM entities",
  types: [types.role],
  *check({ props: { permissionsBoundary } }, { configuration: { account } }) {
    const expected = account.permissionsBoundary;
    if (expected === undefined)
      yield "account.permissionsBoundary is not set: nothing bounds what the role may be given";
    else if (permissionsBoundary !== expected) {
      yield `the role's boundary is ${permissionsBoundary ?? "not set"} instead of ${expected}`;
    }
  },
};
