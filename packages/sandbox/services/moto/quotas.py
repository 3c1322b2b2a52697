"""IAM's quotas of policies, which moto does not have (IAM user guide, "IAM and AWS STS quotas"). Administrators who make the roles
of docs/deploy.md would meet them on AWS. The first one can be raised to 25; the sandbox has the default. Blanks do not count."""

import re
from typing import Any

from moto.iam.exceptions import LimitExceededException
from moto.iam.models import IAMBackend

from repair import check_before

MANAGED_POLICIES_OF_A_ROLE = 10
MANAGED_POLICY = 6144
TRUST_POLICY = 2048
INLINE_POLICIES = {"role": 10_240, "user": 2048}


def characters(document: str) -> int:
    return len(re.sub(r"\s", "", document))


def require(fits: bool, words: str) -> None:
    if not fits:
        raise LimitExceededException(words)


def require_quota(found: int, name: str, quota: int) -> None:
    require(found <= quota, f"Cannot exceed quota for {name}: {quota}")


def require_inline(kind: str, name: str, policies: dict[str, Any]) -> None:
    """All inline policies of one role or user, with the one that is to be written."""
    quota = INLINE_POLICIES[kind]
    together = sum(characters(text) for text in policies.values())
    require(together <= quota, f"Maximum policy size of {quota} bytes exceeded for {kind} {name}")


def attach_role_policy(self: Any, policy_arn: str, role_name: str) -> None:
    attached = {*self.get_role(role_name).managed_policies, policy_arn}
    require_quota(len(attached), "PoliciesPerRole", MANAGED_POLICIES_OF_A_ROLE)


def create_policy(self: Any, description: str, path: str, policy_document: str, *_: Any, **__: Any) -> None:
    require_quota(characters(policy_document), "PolicySize", MANAGED_POLICY)


def create_policy_version(self: Any, policy_arn: str, policy_document: str, *_: Any, **__: Any) -> None:
    require_quota(characters(policy_document), "PolicySize", MANAGED_POLICY)


def create_role(self: Any, role_name: str, assume_role_policy_document: str, *_: Any, **__: Any) -> None:
    require_quota(characters(assume_role_policy_document), "ACLSizePerRole", TRUST_POLICY)


def update_assume_role_policy(self: Any, role_name: str, policy_document: str) -> None:
    require_quota(characters(policy_document), "ACLSizePerRole", TRUST_POLICY)


def put_role_policy(self: Any, role_name: str, policy_name: str, policy_json: str) -> None:
    require_inline("role", role_name, {**self.get_role(role_name).policies, policy_name: policy_json})


def put_user_policy(self: Any, user_name: str, policy_name: str, policy_json: str) -> None:
    require_inline("user", user_name, {**self.get_user(user_name).policies, policy_name: policy_json})


def install() -> None:
    for check in (
        attach_role_policy,
        create_policy,
        create_policy_version,
        create_role,
        update_assume_role_policy,
        put_role_policy,
        put_user_policy,
    ):
        check_before(IAMBackend, check.__name__, check)
