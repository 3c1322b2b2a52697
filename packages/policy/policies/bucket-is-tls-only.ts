import { each, type StackRule } from "../model/policy.ts";
import { listOf, type Statement, statementsOf } from "../model/rights.ts";
import { guardsOf, ofType } from "../model/stack.ts";

export const bucketIsTlsOnly: StackRule = {
  kind: "stack",
  name: "bucket-is-tls-only",
  fence: "account",
  rule: "A bucket refuses whatever does not come by TLS, and every change that is not the deployer's where that is known by name.",
  reason: "What comes in clear can be changed on the way; what anybody may change is nobody's release.",
  remedy: "Give the bucket the policy of packages/host/bucket-policy.ts.",
  source: "CIS AWS Foundations 2.1.1; AWS Security Hub S3.5; docs/decisions/0232",
  *check(resources, { configuration: { account } }) {
    yield* each(ofType(resources, "bucket"), function* (bucket) {
      const [policy] = guardsOf(resources, bucket, "bucketPolicy");
      const denied = policy === undefined ? [] : statementsOf(policy.props.policy).filter(isForAll);
      if (!denied.some(refusesClearText)) yield "nothing refuses requests without TLS";
      if (account.assumeRole === undefined) return;
      if (!denied.some((statement) => refusesOthers(statement, account.assumeRole ?? ""))) {
        yield `nothing refuses changes by others than ${account.assumeRole}`;
      }
    });
  },
};

const isForAll = ({ Effect, Principal }: Statement) => Effect === "Deny" && JSON.stringify(Principal) === '"*"';

function refusesClearText({ Action, Resource, Condition }: Statement): boolean {
  const condition = `${Condition?.Bool?.["aws:SecureTransport"]}` === "false";
  return condition && listOf(Action).includes("s3:*") && listOf(Resource).some((one) => one.endsWith("/*"));
}

function refusesOthers({ Action, Condition }: Statement, role: string): boolean {
  const allowed = listOf(Condition?.ArnNotEquals?.["aws:PrincipalArn"] as string | string[] | undefined);
  return (
    allowed.length === 1 &&
    allowed[0] === role &&
    listOf(Action).includes("s3:PutObject") &&
    listOf(Action).includes("s3:DeleteObject")
  );
}
