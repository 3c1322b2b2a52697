/**
 * Whether the caller may do what the official provider would do for it. The sandbox's cloud keeps its record by a right of its own;
 * so it asks IAM for the caller's policies and judges the calls that AWS would have got.
 */
import { type AwsApi, clientsOf } from "./api.ts";
import { AwsError } from "./aws-error.ts";
import type { Request } from "./calls/requests.ts";
import { REGION } from "./catalogue.ts";
import { Coalescer } from "./coalesce.ts";
import { Judge, type Rights } from "./judge.ts";
import { rightsInIam } from "./rights-in-iam.ts";

/** Refuses what the caller, by its ARN, may not do. @throws AwsError in the words that the official provider shows */
export type Authorise = (caller: string | undefined, requests: readonly Request[]) => Promise<void>;

export interface Authorisation {
  readonly authorise: Authorise;
  stop(): void;
}

/** Holds every caller of the cloud to what IAM, which is in the API, has of it. @param python for the evaluator */
export function enforcedBy(api: AwsApi, python: string): Authorisation {
  const clients = clientsOf(api);
  const judge = new Judge(python);
  const readers = new Map<string, Coalescer<Rights>>();
  /** As they are now: an update's operations come in bursts, and those that wait share what is read next. */
  const rightsOf = (caller: string): Promise<Rights> => {
    const read = () => rightsInIam((account) => clients(account, REGION).iam, caller);
    const reader = readers.get(caller) ?? new Coalescer(read);
    readers.set(caller, reader);
    return reader.run();
  };
  const authorise: Authorise = async (caller, requests) => {
    if (caller === undefined) throw new AwsError("MissingAuthenticationToken", "the request does not say whose it is");
    if (requests.length === 0) return;
    const rights = await rightsOf(caller);
    const allowed = await judge.allowed(rights, requests);
    const denied = requests.find((_, index) => allowed[index] !== true);
    if (denied !== undefined) throw refusal(caller, denied, await lackOf(judge, rights, denied));
  };
  return { authorise, stop: () => judge.stop() };
}

/** What does not allow a request, as AWS says it (IAM user guide, "Troubleshoot access denied error messages"). */
async function lackOf(judge: Judge, { policies, boundary }: Rights, denied: Request): Promise<string> {
  if (boundary === undefined) return "identity-based policy";
  const [isAllowed] = await judge.allowed({ policies }, [denied]);
  return isAllowed === true ? "permissions boundary" : "identity-based policy";
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
function refusal(caller: string, { action, resource }: Request, lack: string): AwsError {
  const [service = "", operation = ""] = action.split(":");
  const why = `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} because no ${lack} allows the ${action} action`;
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
