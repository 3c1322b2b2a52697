"""Policy documents as moto keeps them: those of an identity, and the boundary of a role."""

import json
from typing import Any

from moto.iam.access_control import Policy
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, iam_backends

from repair import repair


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


def refuse_missing_boundary(backend: Any, arn: str | None) -> None:
    """IAM takes no boundary that does not exist; moto asks for the form of an ARN only."""
    if arn and arn not in backend.managed_policies:
        raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")


create_role, put_boundary = IAMBackend.create_role, IAMBackend.put_role_permissions_boundary


def create_role_bounded(self: Any, name: str, trust: str, path: str, boundary: str | None, *rest: Any, **more: Any) -> Any:
    refuse_missing_boundary(self, boundary)
    return create_role(self, name, trust, path, boundary, *rest, **more)


def put_boundary_that_exists(self: Any, name: str, boundary: str) -> None:
    refuse_missing_boundary(self, boundary)
    put_boundary(self, name, boundary)


def install() -> None:
    repair(IAMBackend, "create_role", create_role_bounded)
    repair(IAMBackend, "put_role_permissions_boundary", put_boundary_that_exists)
