import { boolean, integer, list, map, object, string } from "../../plugins/rpc/schema.ts";
import type { Answer, Call } from "../../services/front/query.ts";
import { AwsError, hasCode } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { known } from "../values.ts";

const required = { required: true } as const;
/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_CreateRule.html, Interval */
const intervals = [1, 2, 3, 4, 6, 8, 12, 24];

/**
 * A policy of Amazon Data Lifecycle Manager, on record alone: a day has no place in a sandbox's life. `takeSnapshots` of
 * ../../testing does what DLM does at its times.
 */
export const lifecyclePolicy = awsResourceType({
  type: "aws:dlm/lifecyclePolicy:LifecyclePolicy",
  inputs: {
    description: string({
      ...required,
      validate: (text) =>
        /^[0-9A-Za-z _-]{1,500}$/.test(text) ? undefined : `"${text}" has other characters than AWS takes`,
    }),
    executionRoleArn: string(required),
    policyDetails: object(
      {
        policyType: string({ default: "EBS_SNAPSHOT_MANAGEMENT", oneOf: ["EBS_SNAPSHOT_MANAGEMENT"] }),
        resourceTypes: list(string({ oneOf: ["VOLUME"] }), required),
        schedules: list(
          object({
            copyTags: boolean(),
            createRule: object(
              {
                interval: integer({ ...required, oneOf: intervals }),
                intervalUnit: string({ ...required, oneOf: ["HOURS"] }),
                times: string(),
              },
              required,
            ),
            name: string(required),
            retainRule: object({ count: integer(required) }, required),
          }),
          required,
        ),
        targetTags: map(string(), required),
      },
      required,
    ),
    state: string({ default: "ENABLED", oneOf: ["ENABLED", "DISABLED"] }),
    ...tagInput,
  },
  outputs: { arn: string(required), ...tagOutput },
  notFound: (id) => ({ code: "ResourceNotFoundException", message: `Policy with id ${id} was not found` }),

  /** https://docs.aws.amazon.com/dlm/latest/APIReference/API_RetainRule.html: 1 to 1000; at most four schedules. */
  check({ policyDetails }) {
    const schedules = known(policyDetails)?.schedules ?? [];
    return schedules.flatMap(({ retainRule: { count } }, index) =>
      count >= 1 && count <= 1000
        ? []
        : [
            {
              property: `policyDetails.schedules[${index}].retainRule.count`,
              reason: `${count} is not within 1 to 1000`,
            },
          ],
    );
  },

  async create(scope, inputs) {
    await refuseRole(scope, inputs.executionRoleArn);
    const id = scope.newId("policy");
    return {
      id,
      outputs: { arn: scope.arn("dlm", `policy/${id}`), tagsAll: inputs.tags ?? {} },
      facts: { madeAt: scope.now().toISOString() },
    };
  },

  async update(scope, { inputs, outputs }, news) {
    if (news.executionRoleArn !== inputs.executionRoleArn) await refuseRole(scope, news.executionRoleArn);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },
});

/** What the API tells of it. */
export const lifecycleCalls = {
  GetLifecyclePolicy: (scope: Scope, { PolicyId = "" }: Call["parameters"]): Answer => {
    const { id, inputs, outputs, facts } = scope.get(lifecyclePolicy, PolicyId);
    return {
      Policy: {
        PolicyId: id,
        PolicyArn: outputs.arn,
        Description: inputs.description,
        ExecutionRoleArn: inputs.executionRoleArn,
        State: inputs.state,
        StatusMessage: inputs.state,
        DateCreated: facts.madeAt,
      },
    };
  },
};

async function refuseRole(scope: Scope, arn: string): Promise<void> {
  try {
    const { Role } = await scope.aws.iam.getRole({ RoleName: arn.replace(/^.*\//, "") });
    if (Role?.Arn === arn) return;
  } catch (thrown) {
    if (!hasCode(thrown, "NoSuchEntity", "NoSuchEntityException")) throw thrown;
  }
  throw new AwsError("InvalidRequestException", `The role ${arn} does not exist or cannot be assumed by DLM`);
}
