"""Policies as AWS evaluates them: identity, resource and trust policies with conditions, and the keys behind a call.

moto ignores conditions, NotResource and most resources, and reads bucket policies without principal or condition.
"""

from typing import Any

from moto.iam.access_control import AssumedRoleAccessKey, IAMRequestBase, PermissionResult
from moto.iam.models import iam_backends
from moto.s3.models import FakeBucket

import policy
from context import context_of, endpoint_policy, in_the_callers_name, principal_of
from documents import boundary_of, document
from encryption import encryption_context, encryption_key
from passing import passed_role
from refusals import refuse_access
from repair import repair
from resources import bucket_of, key_of, secret_of, tags_of


# Changes of what only the sandbox's cloud has: it judges them itself, by the resource and its tags.
JUDGED_BY_THE_CLOUD = (
    "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "route53resolver:UpdateFirewallRuleGroupAssociation",
)


def resource_policy(request: Any, resource: str) -> tuple[str, Any, bool]:
    """The account that owns the resource, its policy if any, and whether that policy alone decides who is let in."""
    service = resource.split(":")[2] if resource.startswith("arn:") else ""
    owner = resource.split(":")[4] if service else ""
    # "aws" owns the managed policies that every account has.
    account = owner if owner not in ("", "aws") else request.account_id
    if service == "s3":
        bucket = bucket_of(resource)
        return (bucket.account_id, bucket.policy, False) if bucket else (request.account_id, None, False)
    if service == "kms":
        key = key_of(account, resource.split(":")[3], resource)
        return account, key.policy if key else None, key is not None
    if service == "secretsmanager":
        secret = secret_of(account, resource.split(":")[3], resource)
        return account, secret.policy if secret else None, False
    return account, None, False


def permits(request: Any, action: str, resource: str, extra: dict[str, str] | None = None) -> bool:
    """Whether the caller may do this. `extra`: condition keys of a call that a service makes in the caller's name."""
    principal = principal_of(request)
    trust, decides = False, False
    if action == "sts:AssumeRole":
        owner = resource.split(":")[4] if resource.count(":") >= 5 else ""
        try:
            role = iam_backends[owner]["aws"].get_role_by_arn(resource)
        except Exception:
            return False
        account, attached, trust, decides = owner, role.assume_role_policy_document, True, True
    else:
        account, attached, decides = resource_policy(request, resource)
    context = context_of(request, principal, account)
    if extra is not None:
        context = in_the_callers_name(context, extra) if action.startswith("kms:") else {**context, **extra}
    tags = tags_of(resource)
    if tags is not None:
        context[policy.TAGS_ARE_KNOWN] = "true"
        for name, value in tags.items():
            context |= {f"aws:ResourceTag/{name}": value, f"ssm:resourceTag/{name}": value}
    asked = policy.Request(principal, action, resource, account, context)
    key = request._access_key
    identity = [document(source) for source in key.collect_policies()]
    boundary = boundary_of(key.role) if isinstance(key, AssumedRoleAccessKey) else None
    return policy.allowed(identity, document(attached) if attached else None, asked, trust, decides, boundary)


def passes_endpoint(request: Any, resource: str) -> bool:
    """Whether the VPC endpoint by which the request came, if any, lets it through. It gives nobody any right."""
    document = endpoint_policy(request)
    if document is None:
        return True
    principal = principal_of(request)
    account, _, _ = resource_policy(request, resource)
    context = context_of(request, principal, account)
    return policy.passes(document, policy.Request(principal, request._action, resource, account, context))


def check_permission(self: Any, resource: Any) -> None:
    if self._action == "sts:GetCallerIdentity":  # needs no permission, and cannot be denied
        return
    try:
        for one in resource if isinstance(resource, list) else [resource]:
            if self._action not in JUDGED_BY_THE_CLOUD and not permits(self, self._action, one):
                refuse_access(self, f" on resource: {one}")
            if not passes_endpoint(self, one):
                refuse_access(self, f" on resource: {one} because no VPC endpoint policy allows it")
            encryption = encryption_key(self, one)
            if encryption:
                action, key = encryption
                if not permits(self, action, key.arn, encryption_context(self, one)):
                    refuse_access(self, f": it needs {action} on {key.arn}")
        passed = passed_role(self)
        if passed:
            role_arn, service = passed
            if not permits(self, "iam:PassRole", role_arn, {"iam:PassedToService": service}):
                refuse_access(self, f": it needs iam:PassRole on {role_arn}")
    except policy.NotModelled as unknown:
        refuse_access(self, f": the sandbox does not model {unknown}, which a policy uses")


def install() -> None:
    repair(IAMRequestBase, "check_action_permitted", check_permission)
    # S3 asks the bucket's policy once more, without principal or condition; it has been heard above.
    repair(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
