"""Policy documents as moto keeps them: those of an identity, and the boundary of a role."""

import json
from typing import Any

from moto.iam.access_control import Policy
from moto.iam.models import iam_backends


def document(source: Any) -> dict[str, Any]:
    """A policy document, whichever way moto keeps it: inline, managed, as text or as bytes."""
    if isinstance(source, Policy):
        source = next(version for version in source.versions if version.is_default).document
    elif isinstance(source, dict) and "policy_document" in source:
        source = source["policy_document"]
    return source if isinstance(source, dict) else json.loads(source)


def rights_of(role: Any) -> list[dict[str, Any]]:
    """Inline and attached policies of a role."""
    return [document(one) for one in [*role.policies.values(), *role.managed_policies.values()]]


def boundary_of(role: Any) -> dict[str, Any] | None:
    """The permissions boundary of a role; one that does not exist any more allows nothing."""
    arn = role.permissions_boundary_arn
    if not arn:
        return None
    found = iam_backends[role.account_id]["aws"].managed_policies.get(arn)
    return document(found) if found else {"Statement": []}
