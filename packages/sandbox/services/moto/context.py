"""Who asks, and the condition keys of a request: what AWS would know when it evaluates a policy."""

import json
from typing import Any

from moto.iam.access_control import AssumedRoleAccessKey
from moto.iam.models import iam_backends

import policy

CONTEXT_HEADER = "X-Sandbox-Context"
ENDPOINT_POLICY_HEADER = "X-Sandbox-Endpoint-Policy"
# ARNs of the users that stand for AWS services; accounts.py fills it in.
SERVICE_USERS: dict[str, str] = {}
# ARNs of the users by which the sandbox's cloud carries out what Pulumi's provider is asked for, with the role of the
# deployer, who in AWS would ask for it.
DEPLOYING_USERS: dict[str, str] = {}


def principal_of(request: Any) -> policy.Principal:
    key, account = request._access_key, request.account_id
    if isinstance(key, AssumedRoleAccessKey):
        return policy.Principal(account, key.arn, key.role.arn)
    if key.arn in DEPLOYING_USERS:
        role_arn = DEPLOYING_USERS[key.arn]
        role = role_arn.split("/")[-1]
        return policy.Principal(account, f"arn:aws:sts::{account}:assumed-role/{role}/pulumi", role_arn)
    return policy.Principal(account, key.arn, service=SERVICE_USERS.get(key.arn))


def endpoint_policy(request: Any) -> dict[str, Any] | None:
    """The policy of the VPC endpoint by which the request came; none for one that came by the internet."""
    text = request._headers.get(ENDPOINT_POLICY_HEADER)
    return json.loads(text) if text else None


def parameters(request: Any) -> dict[str, Any]:
    """The input of a JSON service's call."""
    try:
        body = json.loads(request._body or b"{}")
        return body if isinstance(body, dict) else {}
    except ValueError:
        return {}


def as_text(value: Any) -> str:
    """moto keeps a form's fields as lists of one."""
    return value[0] if isinstance(value, list) else value


def in_the_callers_name(context: dict[str, str], extra: dict[str, str]) -> dict[str, str]:
    """Context keys of a call that a service makes for the caller: it does not come by the caller's way any more."""
    way = ("aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp")
    return {key: value for key, value in context.items() if key not in way} | extra | {"aws:ViaAWSService": "true"}


def of_iam(request: Any) -> dict[str, str]:
    """What an IAM call is about: the boundary that it sets, or else that of the role which it changes."""
    found = {}
    backend = iam_backends[request.account_id]["aws"]
    roles = {role.name: role for role in backend.get_roles()}
    role = roles.get(as_text(request._data.get("RoleName", "")))
    boundary = as_text(request._data.get("PermissionsBoundary", "")) or (role and role.permissions_boundary_arn)
    if boundary:
        found["iam:PermissionsBoundary"] = boundary
    for key, name in (("iam:PolicyARN", "PolicyArn"), ("iam:AWSServiceName", "AWSServiceName")):
        if request._data.get(name):
            found[key] = as_text(request._data[name])
    return found


def context_of(request: Any, principal: policy.Principal, account: str) -> dict[str, str]:
    """Context keys: the transport's from the front, the rest from the request itself.

    The world's own calls come without the front; they stand for what AWS does internally over TLS.
    """
    context = {
        "aws:SecureTransport": "true",
        "s3:TlsVersion": "1.3",
        **json.loads(request._headers.get(CONTEXT_HEADER) or "{}"),
        "aws:PrincipalArn": principal.role_arn or principal.arn,
        "aws:PrincipalAccount": principal.account,
        "aws:PrincipalType": "AssumedRole" if principal.role_arn else "User",
        "aws:PrincipalIsAWSService": "true" if principal.service else "false",
        "aws:ViaAWSService": "false",
        "aws:ResourceAccount": account,
        "aws:RequestedRegion": request._region,
    }
    if request._service == "s3":
        context["s3:ResourceAccount"] = account
        for key in ("prefix", "delimiter", "max-keys"):
            if key in request._data:
                context[f"s3:{key}"] = request._data[key][0]
        for key in ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"):
            if key in request._headers:
                context[f"s3:{key}"] = request._headers[key]
    elif request._service == "sts":
        for key in ("ExternalId", "RoleSessionName"):
            if request._data.get(key):
                context[f"sts:{key}"] = as_text(request._data[key])
    elif request._service == "secretsmanager":
        for key in ("SecretId", "VersionId", "VersionStage"):
            if key in parameters(request):
                context[f"secretsmanager:{key}"] = parameters(request)[key]
    elif request._service == "iam":
        context.update(of_iam(request))
    elif request._service == "kms":
        context["kms:CallerAccount"] = principal.account
        for key, value in (parameters(request).get("EncryptionContext") or {}).items():
            context[f"kms:EncryptionContext:{key}"] = value
    return context
