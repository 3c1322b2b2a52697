import { randomBytes } from "node:crypto";
import { integer, type Known, list, object, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { known } from "../values.ts";
import { loadBalancer } from "./load-balancer.ts";
import { targetGroup } from "./target-group.ts";

const within = (low: number, high: number) => (value: number) =>
  value >= low && value <= high ? undefined : `${value} is not within ${low} to ${high}`;

const inputs = {
  defaultActions: list(
    object({
      targetGroupArn: string({ required: true }),
      type: string({ required: true, oneOf: ["forward"] }),
    }),
    { required: true },
  ),
  loadBalancerArn: string({ required: true, replaceOnChange: true }),
  port: integer({ required: true, validate: within(1, 65535) }),
  protocol: string({ required: true, oneOf: ["TCP"] }),
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
  tcpIdleTimeoutSeconds: integer({ validate: within(60, 6000) }),
  ...tagInput,
};
type Inputs = Known<typeof inputs>;

/** A TCP listener that forwards to one target group. */
export const listener = awsResourceType({
  type: "aws:lb/listener:Listener",
  inputs,
  outputs: { arn: string({ required: true }), tcpIdleTimeoutSeconds: integer({ required: true }), ...tagOutput },
  notFound: (id) => ({ code: "ListenerNotFound", message: `Listener '${id}' not found` }),

  check(inputs) {
    const actions = known(inputs.defaultActions);
    if (actions === undefined || actions.length === 1) return [];
    return [{ property: "defaultActions", reason: `has ${actions.length} actions; the sandbox models exactly one` }];
  },

  async create(scope, inputs) {
    const balancer = scope.get(loadBalancer, inputs.loadBalancerArn);
    refuseUnfit(scope, inputs);
    const arn = scope.arn(
      "elasticloadbalancing",
      `listener/${balancer.outputs.arnSuffix}/${randomBytes(8).toString("hex")}`,
    );
    return { id: arn, outputs: { arn, ...shown(inputs) } };
  },

  async update(scope, { id, outputs }, news) {
    refuseUnfit(scope, news, id);
    return { outputs: { ...outputs, ...shown(news) } };
  },
});

export function targetGroupArnOf(inputs: Inputs): string {
  return inputs.defaultActions[0]?.targetGroupArn ?? "";
}

function shown(inputs: Inputs) {
  return { tcpIdleTimeoutSeconds: inputs.tcpIdleTimeoutSeconds ?? 350, tagsAll: inputs.tags ?? {} };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html */
function refuseUnfit(scope: Scope, inputs: Inputs, ownId?: string): void {
  const balancer = scope.get(loadBalancer, inputs.loadBalancerArn);
  const group = scope.get(targetGroup, targetGroupArnOf(inputs));
  const others = scope.list(listener).filter((other) => other.id !== ownId);
  if (others.some((other) => other.inputs.loadBalancerArn === balancer.id && other.inputs.port === inputs.port)) {
    throw new AwsError(
      "DuplicateListener",
      `A listener already exists on port ${inputs.port} of load balancer '${balancer.id}'`,
    );
  }
  if (group.inputs.vpcId !== balancer.outputs.vpcId) {
    throw new AwsError(
      "InvalidConfigurationRequest",
      `Target group '${group.id}' is not in the VPC of the load balancer, ${balancer.outputs.vpcId}`,
    );
  }
  const foreign = others.find(
    (other) => targetGroupArnOf(other.inputs) === group.id && other.inputs.loadBalancerArn !== balancer.id,
  );
  if (foreign !== undefined) {
    throw new AwsError(
      "TargetGroupAssociationLimit",
      `Target group '${group.id}' is already associated with ${foreign.inputs.loadBalancerArn}`,
    );
  }
}
