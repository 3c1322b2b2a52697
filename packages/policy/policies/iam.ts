import {
  accountOf,
  bucketStatements,
  endpointStatements,
  hostStatements,
  keyStatements,
  secretStatements,
  trustStatements,
} from "../known/rights.ts";
import { checked, each, type Policy, resourceRule, stackRule } from "../model/policy.ts";
import { recordOf } from "../model/release.ts";
import { ofType, settingsOf, types } from "../model/resources.ts";
import { departures, listOf, statementsOf } from "../model/statements.ts";

/** Who may do what: roles, and the policies of buckets, secrets, keys and endpoints. */
export const iam: readonly Policy[] = [
  stackRule(
    {
      name: "changes-are-the-deployers",
      fence: "account",
      rule: "Only the role that runs the update may change the bucket, the secrets and the keys.",
      reason:
        "Whoever can write an object, a replica or a rule of the bucket runs code on hosts; whoever copies a secret can impersonate this side.",
      remedy: "Set account.assumeRole, and give each its policy of packages/host/cloud/policies.ts.",
      source: "docs/decisions/0650; AWS Service Authorization Reference; Amazon S3 User Guide, bucket policies",
    },
    function* (resources, { configuration }) {
      const account = accountOf(configuration);
      const { deployer } = account;
      if (deployer === undefined) {
        const guarded: readonly string[] = [types.bucket, types.secret, types.key];
        if (resources.some(({ type }) => guarded.includes(type))) {
          yield "account.assumeRole is not set: no role is named that alone may change releases and secrets";
        }
        return;
      }
      yield* each(ofType(resources, "bucket"), function* (bucket) {
        const policies = settingsOf(resources, bucket, "bucketPolicy");
        if (policies.length !== 1) yield `the bucket has ${policies.length} policies instead of one`;
        for (const { props } of policies) {
          yield* departures(props.policy, bucketStatements(deployer, bucket.props.bucket ?? ""));
        }
      });
      yield* each(ofType(resources, "secret"), function* (secret) {
        const all = ofType(resources, "secretPolicy");
        const policies = all.filter(({ props }) => props.secretArn === secret.props.arn);
        if (policies.length !== 1) yield `the secret has ${policies.length} policies instead of one`;
        for (const { props } of policies) yield* departures(props.policy, secretStatements(account, deployer));
      });
      yield* each(ofType(resources, "key"), function* ({ props }) {
        if (props.policy === undefined) yield "the key has no policy of its own";
        else yield* departures(props.policy, keyStatements(account, deployer));
      });
      // The ARNs in a host's rights must be this stack's own, which only the whole stack shows.
      const own = {
        networks: ofType(resources, "subnet").map(({ props }) => props.vpcId),
        secrets: ofType(resources, "secret").map(({ props }) => props.arn),
        keys: ofType(resources, "key").map(({ props }) => props.arn),
      };
      for (const role of ofType(resources, "rolePolicy")) {
        yield* checked(role, function* () {
          for (const { Action, Resource, Condition } of statementsOf(role.props.policy)) {
            const equals = recordOf(recordOf(Condition).StringEquals);
            yield* foreign("network", own.networks, equals["aws:SourceVpc"]);
            yield* foreign("secret", own.secrets, equals["kms:EncryptionContext:SecretARN"]);
            if (Action === "secretsmanager:GetSecretValue") yield* foreign("secret", own.secrets, Resource);
            if (Action === "kms:Decrypt") yield* foreign("key", own.keys, Resource);
          }
        });
      }
    },
  ),

  resourceRule(
    {
      name: "rights-are-narrow",
      fence: "account",
      rule: "Roles, their policies and endpoint policies have exactly the known statements.",
      reason: "An attacker uses the right that nobody thought of; a list of forbidden rights is never complete.",
      remedy: "Remove the statement, or add it to packages/policy/known/rights.ts, where a reviewer sees it.",
      source: "docs/decisions/0230 to 0232 and 0651; CIS AWS Foundations 1.16; AWS Security Hub IAM.1 and IAM.21",
    },
    {
      *role(props) {
        if ((props.managedPolicyArns ?? []).length + (props.inlinePolicies ?? []).length > 0) {
          yield "the role has managed or inline policies";
        }
        yield* departures(props.assumeRolePolicy, trustStatements);
      },
      *rolePolicy({ policy }, { configuration }) {
        yield* departures(policy, hostStatements(accountOf(configuration)));
      },
      *vpcEndpoint({ serviceName = "", policy }, { configuration }) {
        const known = endpointStatements(accountOf(configuration), serviceName);
        if (policy === undefined) {
          // AWS takes no policy for another owner's service: see endpoints-are-declared.
          const isDeclared = configuration.network.endpointServices.includes(serviceName);
          if (!isDeclared) yield "the endpoint has no policy: it lets through everything";
        } else if (known === undefined) yield `no policy is known for the endpoint of ${serviceName}, and it has one`;
        else yield* departures(policy, known);
      },
    },
  ),

  resourceRule(
    {
      name: "roles-are-bounded",
      fence: "account",
      rule: "Each role has the permissions boundary that the configuration names.",
      reason: "A deployer who may give a role any right can become an administrator; a boundary prevents that.",
      remedy: "Create the policy of stacks/iam/host-boundary.json once, and name it in account.permissionsBoundary.",
      source: "docs/decisions/0651; IAM User Guide, Permissions boundaries for IAM entities",
    },
    {
      *role({ permissionsBoundary }, { configuration: { account } }) {
        const expected = account.permissionsBoundary;
        if (expected === undefined) {
          yield "account.permissionsBoundary is not set: nothing bounds what the role may be given";
        } else if (permissionsBoundary !== expected) {
          yield `the role's boundary is ${permissionsBoundary ?? "not set"} instead of ${expected}`;
        }
      },
    },
  ),
];

function* foreign(what: string, own: readonly unknown[], named: unknown): Generator<string> {
  const others = listOf(named).filter((one) => !own.includes(one));
  if (others.length > 0) yield `the host's rights name the ${what} ${others.join(", ")}, which is not this stack's`;
}
