import { accountOf, ofBucket, ofKey, ofSecret } from "../model/known-rights.ts";
import { asked, each, type StackRule } from "../model/policy.ts";
import { departures, listOf, statementsOf } from "../model/rights.ts";
import { guardsOf, ofType } from "../model/stack.ts";
import { types } from "../model/types.ts";

export const changesAreTheDeployers: StackRule = {
  kind: "stack",
  name: "changes-are-the-deployers",
  fence: "account",
  rule: "Bucket, secrets and keys refuse everything but reads to everybody but the role of the update, which is named.",
  reason:
    "Who puts an object, a replica or a rule into the bucket runs code on hosts; who copies a secret poses as this side.",
  remedy: "Set account.assumeRole, and give each its policy of packages/host/cloud/policies.ts.",
  source: "docs/decisions/0650; AWS Service Authorization Reference; Amazon S3 User Guide, bucket policies",
  *check(resources, { configuration }) {
    const account = accountOf(configuration);
    const { deployer } = account;
    if (deployer === undefined) {
      const concerned = resources.filter(({ type }) =>
        [types.bucket, types.secret, types.key].some((one) => one === type),
      );
      if (concerned.length === 0) return;
      yield "account.assumeRole is not set: nobody is named who alone may change releases and secrets";
      return;
    }
    yield* each(ofType(resources, "bucket"), function* (bucket) {
      const policies = guardsOf(resources, bucket, "bucketPolicy");
      if (policies.length !== 1) yield `the bucket has ${policies.length} policies instead of one`;
      for (const { props } of policies) yield* departures(props.policy, ofBucket(deployer, bucket.props.bucket));
    });
    yield* each(ofType(resources, "secret"), function* (secret) {
      const all = ofType(resources, "secretPolicy");
      const policies = all.filter(({ props }) => props.secretArn === secret.props.arn);
      if (policies.length !== 1) yield `the secret has ${policies.length} policies instead of one`;
      for (const { props } of policies) yield* departures(props.policy, ofSecret(account, deployer));
    });
    yield* each(ofType(resources, "key"), function* ({ props }) {
      if (props.policy === undefined) yield "the key has no policy of its own";
      else yield* departures(props.policy, ofKey(account, deployer));
    });
    // A host's rights name what is the stack's own, which only all resources together can tell.
    const own = {
      networks: ofType(resources, "subnet").map(({ props }) => props.vpcId),
      secrets: ofType(resources, "secret").map(({ props }) => props.arn),
      keys: ofType(resources, "key").map(({ props }) => props.arn),
    };
    for (const role of ofType(resources, "rolePolicy")) {
      yield* asked(role, function* () {
        for (const { Action, Resource, Condition } of statementsOf(role.props.policy)) {
          yield* foreign("network", own.networks, conditionOf(Condition, "aws:SourceVpc"));
          yield* foreign("secret", own.secrets, conditionOf(Condition, "kms:EncryptionContext:SecretARN"));
          if (Action === "secretsmanager:GetSecretValue") yield* foreign("secret", own.secrets, Resource);
          if (Action === "kms:Decrypt") yield* foreign("key", own.keys, Resource);
        }
      });
    }
  },
};

const conditionOf = (condition: unknown, key: string): unknown =>
  (condition as Record<string, Record<string, unknown>> | undefined)?.StringEquals?.[key];

function* foreign(what: string, own: readonly unknown[], named: unknown): Generator<string> {
  const others = listOf(named as string | string[] | undefined).filter((one) => !own.includes(one));
  if (others.length > 0) yield `the host's rights name the ${what} ${others.join(", ")}, which is not this stack's`;
}
