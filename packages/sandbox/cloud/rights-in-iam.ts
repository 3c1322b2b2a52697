/** What IAM has of a caller: the policies of its role or user, and the role's boundary. */
import type { IAM, ManagedPolicyDetail } from "@aws-sdk/client-iam";
import { parseJson } from "@metrics-link/contract";
import { z } from "zod";
import { AwsError } from "./aws-error.ts";
import type { Rights } from "./judge.ts";

/** A session of a role, or a user, by its ARN. */
const callerForm = /^arn:aws:(?:sts|iam)::(\d+):(assumed-role|user)\/([^/]+)/;

/**
 * Reads a caller's rights as they are now, without a cache: what an administrator takes away is gone with the next call.
 * @param iamOf IAM of an account
 * @throws AwsError of a caller that IAM does not have
 */
export async function rightsInIam(iamOf: (account: string) => IAM, caller: string): Promise<Rights> {
  const [, account = "", kind, name = ""] = callerForm.exec(caller) ?? [];
  if (kind === undefined) throw unknown(caller);
  const iam = iamOf(account);
  const isUser = kind === "user";
  // One call for everything: a deployer's policies, each with its version, would be fifteen.
  const [{ UserDetailList = [], RoleDetailList = [], Policies = [] }, bounded] = await Promise.all([
    iam.getAccountAuthorizationDetails({ Filter: [isUser ? "User" : "Role", "LocalManagedPolicy"] }),
    // moto's details have no boundary.
    isUser ? undefined : iam.getRole({ RoleName: name }),
  ]);
  const user = UserDetailList.find(({ UserName }) => UserName === name);
  const role = RoleDetailList.find(({ RoleName }) => RoleName === name);
  const found = user ?? role;
  if (found === undefined) throw unknown(caller);
  const managed = async (arn = "") => {
    const own = Policies.find(({ Arn }) => Arn === arn);
    return own === undefined ? ofAws(iam, arn) : inForce(own);
  };
  const inline = [...(user?.UserPolicyList ?? []), ...(role?.RolePolicyList ?? [])];
  const attached = (found.AttachedManagedPolicies ?? []).map(({ PolicyArn }) => managed(PolicyArn));
  const boundary = bounded?.Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    policies: [...inline.map(({ PolicyDocument }) => documentIn(PolicyDocument)), ...(await Promise.all(attached))],
    ...(boundary === undefined ? {} : { boundary: await managed(boundary) }),
  };
}

const unknown = (caller: string) =>
  new AwsError("InvalidClientTokenId", `the sandbox's IAM has no role and no user of ${caller}`);

const inForce = ({ PolicyVersionList = [] }: ManagedPolicyDetail): unknown =>
  documentIn(PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document);

/** A policy of AWS' own, which is in no account's list. */
async function ofAws(iam: IAM, PolicyArn: string): Promise<unknown> {
  const { Policy } = await iam.getPolicy({ PolicyArn });
  const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: Policy?.DefaultVersionId ?? "v1" });
  return documentIn(PolicyVersion?.Document);
}

/** IAM gives documents encoded as in a URL (API reference, GetRolePolicy). */
const documentIn = (text = "{}"): unknown => parseJson(z.unknown(), decodeURIComponent(text), "A policy of IAM");
