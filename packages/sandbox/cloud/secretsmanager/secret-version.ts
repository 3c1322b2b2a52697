import { list, string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { given } from "../values.ts";
import { secret } from "./secret.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html, "Secret value size" */
const MAX_BYTES = 65_536;

const fits = (bytes: number): string | undefined =>
  bytes <= MAX_BYTES ? undefined : `has ${bytes} bytes; at most ${MAX_BYTES} are allowed`;

/** A value of a secret, and from then on the current one. */
export const secretVersion = awsResourceType({
  type: "aws:secretsmanager/secretVersion:SecretVersion",
  inputs: {
    secretBinary: string({
      secret: true,
      replaceOnChange: true,
      validate: (text) => fits(Buffer.from(text, "base64").length),
    }),
    secretId: string({ required: true, replaceOnChange: true }),
    secretString: string({ secret: true, replaceOnChange: true, validate: (text) => fits(Buffer.byteLength(text)) }),
  },
  outputs: {
    arn: string({ required: true }),
    secretArn: string({ required: true }),
    versionId: string({ required: true }),
    versionStages: list(string(), { required: true }),
  },

  check(inputs) {
    return [inputs.secretBinary, inputs.secretString].filter(given).length === 1
      ? []
      : [{ property: "", reason: "needs exactly one of secretString, secretBinary" }];
  },

  async create(scope, inputs) {
    const owner = scope.get(secret, inputs.secretId);
    const made = await scope.aws.secrets.putSecretValue({
      SecretId: owner.id,
      ...(inputs.secretString === undefined ? {} : { SecretString: inputs.secretString }),
      ...(inputs.secretBinary === undefined ? {} : { SecretBinary: Buffer.from(inputs.secretBinary, "base64") }),
    });
    const versionId = made.VersionId ?? "";
    return {
      id: `${owner.id}|${versionId}`,
      outputs: { arn: owner.outputs.arn, secretArn: owner.outputs.arn, versionId, versionStages: ["AWSCURRENT"] },
    };
  },

  async read(scope, { inputs, outputs }) {
    try {
      const now = await scope.aws.secrets.getSecretValue({ SecretId: inputs.secretId, VersionId: outputs.versionId });
      const value =
        now.SecretBinary === undefined
          ? { secretString: now.SecretString ?? "" }
          : { secretBinary: Buffer.from(now.SecretBinary).toString("base64") };
      return { inputs: { secretId: inputs.secretId, ...value }, outputs };
    } catch (thrown) {
      if (hasCode(thrown, "ResourceNotFoundException", "InvalidRequestException")) return undefined;
      throw thrown;
    }
  },

  // No delete: a version goes with its secret. The current one cannot be unlabelled, and an older one is deprecated and
  // removed by Secrets Manager itself (https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html).
});
