import { randomBytes } from "node:crypto";
import type { CheckFailure } from "../../plugins/rpc/check.ts";
import { boolean, integer, object, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { vpc } from "../ec2/vpc.ts";
import type { Resource } from "../resource.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { known } from "../values.ts";
import { MAX_AUTOMATIC_NAME, nameFault } from "./load-balancer.ts";

const within =
  (low: number, high: number, unit = "") =>
  (value: number) =>
    value >= low && value <= high ? undefined : `${value} is not within ${low} to ${high}${unit}`;

const TRAFFIC_PORT = "traffic-port";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html */
const healthCheck = {
  enabled: boolean({ default: true, oneOf: [true] }),
  healthyThreshold: integer({ default: 3, validate: within(2, 10) }),
  interval: integer({ default: 30, validate: within(5, 300, " s") }),
  matcher: string({ oneOf: ["200-399"] }),
  path: string({
    validate: (path) => (/^\/[\x21-\x7e]{0,1023}$/.test(path) ? undefined : `"${path}" must begin with "/"`),
  }),
  port: string({
    default: TRAFFIC_PORT,
    validate: (port) =>
      port === TRAFFIC_PORT || (/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)
        ? undefined
        : `"${port}" is neither "${TRAFFIC_PORT}" nor a port from 1 to 65535`,
  }),
  protocol: string({ assumed: "HTTP", oneOf: ["HTTP", "TCP"] }),
  timeout: integer({ validate: within(2, 120, " s") }),
  unhealthyThreshold: integer({ default: 3, validate: within(2, 10) }),
};

/** A group of TCP targets. Kept by the cloud alone. */
export const targetGroup = awsResourceType({
  type: "aws:lb/targetGroup:TargetGroup",
  inputs: {
    connectionTermination: boolean(),
    deregistrationDelay: integer({ assumed: 300, validate: within(0, 3600, " s") }),
    healthCheck: object(healthCheck),
    name: string({ autoname: { maxLength: MAX_AUTOMATIC_NAME }, replaceOnChange: true, validate: nameFault }),
    port: integer({ required: true, replaceOnChange: true, validate: within(1, 65535) }),
    preserveClientIp: string({ oneOf: ["true", "false"] }),
    protocol: string({ required: true, oneOf: ["TCP"], replaceOnChange: true }),
    proxyProtocolV2: boolean({ assumed: false, oneOf: [false] }),
    targetType: string({ default: "instance", oneOf: ["instance", "ip"], replaceOnChange: true }),
    vpcId: string({ required: true, replaceOnChange: true }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    arnSuffix: string({ required: true }),
    preserveClientIp: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "TargetGroupNotFound", message: `Target group '${id}' not found` }),
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html
  blockedBy: {
    types: ["aws:lb/listener:Listener"],
    code: "ResourceInUse",
    message: (id, by) => `Target group '${id}' is currently in use by ${by}`,
  },

  check(inputs) {
    const health = known(inputs.healthCheck);
    const failures: CheckFailure[] = [];
    if (health === undefined) return failures;
    if (health.protocol === "TCP" && (health.path !== undefined || health.matcher !== undefined)) {
      failures.push({ property: "healthCheck", reason: "has a path or matcher, which TCP health checks do not have" });
    }
    if (health.timeout !== undefined && health.timeout >= health.interval) {
      const reason = `${health.timeout} s must be smaller than the interval of ${health.interval} s`;
      failures.push({ property: "healthCheck.timeout", reason });
    }
    return failures;
  },

  async create(scope, inputs) {
    scope.get(vpc, inputs.vpcId);
    refuseName(scope, inputs.name);
    const arnSuffix = `targetgroup/${inputs.name}/${randomBytes(8).toString("hex")}`;
    const arn = scope.arn("elasticloadbalancing", arnSuffix);
    return { id: arn, outputs: { arn, arnSuffix, ...shown(inputs) } };
  },

  async update(_scope, { outputs }, news) {
    return { outputs: { ...outputs, ...shown(news) } };
  },
});

export type TargetGroup = Resource<typeof targetGroup.inputs, typeof targetGroup.outputs>;

/** The health check of a group that does not say: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
export const DEFAULT_HEALTH_CHECK: NonNullable<TargetGroup["inputs"]["healthCheck"]> = {
  enabled: true,
  healthyThreshold: 5,
  interval: 30,
  port: TRAFFIC_PORT,
  protocol: "TCP",
  unhealthyThreshold: 2,
};

/** Client addresses are kept for targets given by instance id, and not for TCP targets given by address, unless said. */
function shown(inputs: { preserveClientIp?: string; targetType: string; tags?: Record<string, string> }) {
  return {
    preserveClientIp: inputs.preserveClientIp ?? String(inputs.targetType === "instance"),
    tagsAll: inputs.tags ?? {},
  };
}

function refuseName(scope: Scope, name: string): void {
  if (scope.list(targetGroup).some((other) => other.inputs.name === name)) {
    throw new AwsError("DuplicateTargetGroupName", `A target group with the same name '${name}' already exists`);
  }
}
