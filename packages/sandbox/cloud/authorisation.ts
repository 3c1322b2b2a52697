/**
 * Whether the caller may do what the official provider would do for it. The sandbox's cloud keeps its record by a right of its own;
 * so it asks IAM for the caller's policies and judges the calls that AWS would have got.
 */
import type { IAM } from "@aws-sdk/client-iam";
import { type AwsApi, clientsOf } from "./api.ts";
import { AwsError } from "./aws-error.ts";
import type { Request } from "./calls/requests.ts";
import { REGION } from "./catalogue.ts";
import { Judge, type Rights } from "./judge.ts";

/** Policies of a caller by its ARN; undefined of one whom nothing limits. */
type RightsOf = (caller: string) => Promise<Rights | undefined>;

/** Refuses what the caller may not do. @throws AwsError in the words that the official provider shows */
export type Authorise = (caller: string, requests: readonly Request[]) => Promise<void>;

const authorisation =
  (rightsOf: RightsOf, judge: Judge): Authorise =>
  async (caller, requests) => {
    const rights = await rightsOf(caller);
    if (rights === undefined) return;
    const allowed = await judge.allowed(rights, requests);
    const denied = requests.find((_, index) => allowed[index] !== true);
    if (denied !== undefined) throw refusal(caller, denied, rights.boundary !== undefined);
  };

/** Holds every caller of the cloud to what IAM, which is in the API, has of its role. @param python for the evaluator */
export function enforcedBy(api: AwsApi, python: string): { readonly authorise: Authorise; stop(): void } {
  const clients = clientsOf(api);
  const judge = new Judge(python);
  const rights = rightsInIam((account) => clients(account, REGION).iam);
  return { authorise: authorisation(rights, judge), stop: () => judge.stop() };
}

/** Names of services as Go's SDK has them in its errors. */
const services: Readonly<Record<string, string>> = {
  dlm: "DLM",
  ec2: "EC2",
  elasticloadbalancing: "Elastic Load Balancing v2",
  iam: "IAM",
  kms: "KMS",
  route53resolver: "Route53Resolver",
  s3: "S3",
  secretsmanager: "Secrets Manager",
};

/** The error of a call that no policy allows, as AWS' SDK for Go prints it, without the id of the request. */
function refusal(caller: string, { action, resource }: Request, isBounded: boolean): AwsError {
  const [service = "", operation = ""] = action.split(":");
  const by = isBounded ? "identity-based policy, or no permissions boundary," : "identity-based policy";
  const why = `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} because no ${by} allows the ${action} action`;
  const code = codeOf(service);
  const words = service === "ec2" ? `You are not authorized to perform this operation. ${why}` : why;
  const status = code === "AccessDeniedException" && service !== "dlm" ? 400 : 403;
  return new AwsError(
    code,
    `operation error ${services[service] ?? service}: ${operation}, https response error StatusCode: ${status}, api error ${code}: ${words}`,
  );
}

function codeOf(service: string): string {
  if (service === "ec2") return "UnauthorizedOperation";
  return ["dlm", "kms", "route53resolver", "secretsmanager", "ssm"].includes(service)
    ? "AccessDeniedException"
    : "AccessDenied";
}

/** What IAM has of a role: its own policies, the attached ones and its boundary. Callers that are no role are not limited. */
const rightsInIam =
  (iamOf: (account: string) => IAM): RightsOf =>
  async (caller) => {
    const [, account = "", RoleName] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(caller) ?? [];
    if (RoleName === undefined) return undefined;
    const iam = iamOf(account);
    const [{ PolicyNames = [] }, { AttachedPolicies = [] }, { Role }] = await Promise.all([
      iam.listRolePolicies({ RoleName }),
      iam.listAttachedRolePolicies({ RoleName }),
      iam.getRole({ RoleName }),
    ]);
    const inline = PolicyNames.map(async (PolicyName) => {
      const { PolicyDocument } = await iam.getRolePolicy({ RoleName, PolicyName });
      return documentIn(PolicyDocument);
    });
    const attached = AttachedPolicies.map(({ PolicyArn = "" }) => managed(iam, PolicyArn));
    const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    return {
      policies: await Promise.all([...inline, ...attached]),
      ...(boundary === undefined ? {} : { boundary: await managed(iam, boundary) }),
    };
  };

async function managed(iam: IAM, PolicyArn: string): Promise<unknown> {
  const { Policy } = await iam.getPolicy({ PolicyArn });
  const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: Policy?.DefaultVersionId ?? "v1" });
  return documentIn(PolicyVersion?.Document);
}

/** IAM gives documents encoded as in a URL (API reference, GetRolePolicy). */
const documentIn = (text = "{}"): unknown => JSON.parse(decodeURIComponent(text));
