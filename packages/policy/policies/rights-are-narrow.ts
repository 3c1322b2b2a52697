import { accountOf, hostRights, passing, trust } from "../model/known-rights.ts";
import type { ResourceRule } from "../model/policy.ts";
import { departures } from "../model/rights.ts";
import { types } from "../model/types.ts";

export const rightsAreNarrow: ResourceRule = {
  kind: "resource",
  name: "rights-are-narrow",
  fence: "account",
  rule: "What roles, their policies and endpoints allow is statement by statement what is known of a host, and no more.",
  reason: "A right that nobody has thought of is used by somebody who has; a list of wrong ones is never whole.",
  remedy:
    "Take the statement back, or write it into packages/policy/model/known-rights.ts too, where a reviewer sees it.",
  source: "docs/decisions/0230 to 0232 and 0651; CIS AWS Foundations 1.16; AWS Security Hub IAM.1 and IAM.21",
  types: [types.role, types.rolePolicy, types.vpcEndpoint],
  *check({ type, props }, { configuration }) {
    const account = accountOf(configuration);
    if (type === types.role) {
      if ((props.managedPolicyArns ?? []).length + (props.inlinePolicies ?? []).length > 0) {
        yield "the role has managed or inline policies";
      }
      yield* departures(props.assumeRolePolicy, trust);
    } else if (type === types.rolePolicy) {
      yield* departures(props.policy, hostRights(account));
    } else {
      const { serviceName, policy } = props;
      // AWS takes no policy for a service of somebody else: see endpoints-are-declared.
      const known = passing(account, serviceName);
      if (policy === undefined) {
        const ofOthers = configuration.network.endpointServices.includes(serviceName);
        if (!ofOthers) yield "the endpoint has no policy: it lets through everything";
      } else if (known === undefined) yield `the endpoint for ${serviceName} has a policy that nothing is known of`;
      else yield* departures(policy, known);
    }
  },
};
