import type { ResourceRule } from "../model/policy.ts";
import { listOf, type Statement, statementsOf } from "../model/rights.ts";
import { types } from "../model/types.ts";

/**
 * Actions that know no resource, so that AWS wants `*`
 * (Service Authorization Reference, Amazon Message Gateway Service).
 */
const withoutResources = ["ssmmessages:CreateControlChannel", "ssmmessages:OpenControlChannel"];

export const rightsAreNarrow: ResourceRule = {
  kind: "resource",
  name: "rights-are-narrow",
  fence: "account",
  rule: "What a policy document allows, it allows by whole action names, on named resources, to named principals.",
  reason: "A star grants what nobody has thought of, and what AWS adds next year.",
  remedy:
    "Write actions and resources out. Let roles be assumed by EC2 alone, and endpoints be used by this account alone.",
  source: "docs/decisions/0230 to 0232; CIS AWS Foundations 1.16; AWS Security Hub IAM.1 and IAM.21",
  types: [types.role, types.rolePolicy, types.vpcEndpoint, types.secretPolicy, types.bucketPolicy, types.key],
  *check({ type, props }, { configuration: { account, network } }) {
    if (type === types.role) {
      if ((props.managedPolicyArns ?? []).length + (props.inlinePolicies ?? []).length > 0) {
        yield "the role has managed or inline policies";
      }
      for (const statement of statementsOf(props.assumeRolePolicy)) yield* trust(statement);
      return;
    }
    const text = props.policy;
    if (text === undefined) {
      // AWS takes no policy for a service of somebody else: see endpoints-are-declared.
      const ofOthers = network.endpointServices.includes(props.serviceName);
      if (type === types.vpcEndpoint && !ofOthers) yield "the endpoint has no policy: it lets through everything";
      return;
    }
    for (const statement of statementsOf(text).filter(({ Effect }) => Effect !== "Deny")) {
      yield* narrow(statement);
      if (type === types.vpcEndpoint && statement.Condition?.StringEquals?.["aws:PrincipalAccount"] !== account.id) {
        yield `${nameOf(statement)} is not bound to account ${account.id} by aws:PrincipalAccount`;
      }
      if (type === types.rolePolicy && !isAtHome(statement)) {
        yield `${nameOf(statement)} is bound neither to the host's network (aws:SourceVpc) nor to a service (kms:ViaService)`;
      }
      if (type !== types.vpcEndpoint && JSON.stringify(statement.Principal)?.includes('"*"')) {
        yield `${nameOf(statement)} lets in everybody`;
      }
    }
  },
};

function* narrow(statement: Statement): Generator<string> {
  const [actions, resources] = [listOf(statement.Action), listOf(statement.Resource)];
  for (const key of ["NotAction", "NotResource", "NotPrincipal"] as const) {
    if (statement[key] !== undefined) yield `${nameOf(statement)} has ${key}`;
  }
  for (const action of actions.filter((one) => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(one))) {
    yield `${nameOf(statement)} allows the action ${action}`;
  }
  const wide = resources.filter((one) => one === "*" || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*$/.test(one));
  if (wide.length > 0 && !actions.every((one) => withoutResources.includes(one))) {
    yield `${nameOf(statement)} allows ${actions.join(", ")} on ${wide.join(", ")}`;
  }
}

function* trust({ Effect, Principal, Action }: Statement): Generator<string> {
  const principal = JSON.stringify(Principal);
  if (Effect === "Deny" || principal === '{"Service":"ec2.amazonaws.com"}') return;
  yield `${principal} may ${listOf(Action).join(", ")} instead of EC2 alone`;
}

function isAtHome({ Condition }: Statement): boolean {
  const equals = Condition?.StringEquals ?? {};
  return typeof equals["aws:SourceVpc"] === "string" || typeof equals["kms:ViaService"] === "string";
}

const nameOf = ({ Sid, Action }: Statement): string => `statement ${Sid ?? listOf(Action).join(", ")}`;
