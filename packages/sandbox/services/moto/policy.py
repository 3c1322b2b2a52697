"""Evaluation of IAM policy documents, as the IAM user guide's "Policy evaluation logic" describes it.

Pure: documents and a request in, a verdict out. What is not modelled here raises NotModelled; nothing is skipped.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


class NotModelled(Exception):
    """A policy uses something which the sandbox cannot evaluate, so that no honest verdict exists."""


@dataclass
class Principal:
    """Who asks: `arn` of the user or session, `role_arn` of a session's role, `service` of an AWS service."""

    account: str
    arn: str
    role_arn: str | None = None
    service: str | None = None


@dataclass
class Request:
    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: dict[str, str] = field(default_factory=dict)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@lru_cache(maxsize=None)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    if "${" in pattern:
        raise NotModelled(f"policy variable in {pattern}")
    expression = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    return re.compile(expression, re.S | (re.I if ignore_case else 0))


def matches(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """`*` is any text, `?` any one character (IAM JSON policy elements: Resource)."""
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


def _inside(network: str, address: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)


OPERATORS = {
    "StringEquals": lambda want, have: want == have,
    "StringEqualsIgnoreCase": lambda want, have: want.lower() == have.lower(),
    "StringLike": matches,
    "ArnEquals": matches,
    "ArnLike": matches,
    "Bool": lambda want, have: want.lower() == have.lower(),
    "IpAddress": _inside,
    "NumericEquals": lambda want, have: float(have) == float(want),
    "NumericLessThan": lambda want, have: float(have) < float(want),
    "NumericLessThanEquals": lambda want, have: float(have) <= float(want),
    "NumericGreaterThan": lambda want, have: float(have) > float(want),
    "NumericGreaterThanEquals": lambda want, have: float(have) >= float(want),
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
}
# The keys which the front and strict.py put in a request's context; another key would silently count as absent.
KEYS = re.compile(
    r"aws:(SecureTransport|SourceIp|SourceVpce|SourceVpc|VpcSourceIp|PrincipalArn|PrincipalAccount|PrincipalType"
    r"|PrincipalIsAWSService|ViaAWSService|ResourceAccount|RequestedRegion)"
    r"|sts:(ExternalId|RoleSessionName)"
    r"|s3:(prefix|delimiter|max-keys|ResourceAccount|TlsVersion|x-amz-server-side-encryption"
    r"|x-amz-server-side-encryption-aws-kms-key-id)"
    r"|kms:(ViaService|CallerAccount|EncryptionContext:.+|GrantIsForAWSResource)"
    r"|secretsmanager:(SecretId|VersionId|VersionStage)"
    r"|iam:(PassedToService|PermissionsBoundary|PolicyARN|AWSServiceName)"
    r"|(ec2|elasticloadbalancing):CreateAction"
    r"|aws:(RequestTag|ResourceTag)/.+|ssm:resourceTag/.+",
    re.I,
)
TAGS = re.compile(r"(aws:(RequestTag|ResourceTag)|ssm:resourceTag)/.+", re.I)
# Set in the context of a request whose tags are in it, where there are any.
TAGS_ARE_KNOWN = "sandbox:tags-are-known"


def condition_holds(condition: dict[str, Any], context: dict[str, str]) -> bool:
    """Every operator and key must hold, any value of a key suffices; an absent key fails a positive operator."""
    known = {key.lower(): value for key, value in context.items()}
    for operator, tests in condition.items():
        if_exists = operator.endswith("IfExists")
        name = operator.removesuffix("IfExists")
        if name != "Null" and name not in OPERATORS and name not in NEGATED:
            raise NotModelled(f"condition operator {operator}")
        for key, wanted in tests.items():
            if not KEYS.fullmatch(key):
                raise NotModelled(f"condition key {key}")
            if TAGS.fullmatch(key) and TAGS_ARE_KNOWN not in known:
                raise NotModelled(f"condition key {key} of this call")
            have = known.get(key.lower())
            values = [str(value) for value in as_list(wanted)]
            if name == "Null":
                holds = any((value.lower() == "true") == (have is None) for value in values)
            elif have is None:
                holds = if_exists or name in NEGATED
            elif name in NEGATED:
                holds = not any(OPERATORS[NEGATED[name]](value, have) for value in values)
            else:
                holds = any(OPERATORS[name](value, have) for value in values)
            if not holds:
                return False
    return True


def _principal_match(element: Any, who: Principal) -> str | None:
    """"direct" when the element names the caller, "account" when it names its account and so leaves it to IAM."""
    if element == "*":
        return "direct"
    for kind, names in element.items():
        for name in as_list(names):
            if kind == "Service":
                if who.service == name:
                    return "direct"
            elif kind == "AWS":
                if who.service is not None:
                    continue
                if name in ("*", who.arn, who.role_arn):
                    return "direct"
            else:
                raise NotModelled(f"principal type {kind}")
    if who.service is None and any(
        name in (who.account, f"arn:aws:iam::{who.account}:root") for name in as_list(element.get("AWS", []))
    ):
        return "account"
    return None


def _concerns(statement: dict[str, Any], request: Request, trust: bool) -> bool:
    def action_in(names: Any) -> bool:
        return any(matches(name, request.action, ignore_case=True) for name in as_list(names))

    def resource_in(names: Any) -> bool:
        return any(matches(name, request.resource) for name in as_list(names))

    if "NotAction" in statement:
        action = not action_in(statement["NotAction"])
    else:
        action = action_in(statement["Action"])
    if not action:
        return False
    if "NotResource" in statement:
        resource = not resource_in(statement["NotResource"])
    else:
        resource = trust or resource_in(statement["Resource"])
    return resource and condition_holds(statement.get("Condition", {}), request.context)


def identity_verdict(documents: list[dict[str, Any]], request: Request) -> str | None:
    """"Deny", "Allow" or nothing, over all policies of the caller.

    A statement that would only allow, and cannot be evaluated, matters to nobody whom another one allows.
    """
    verdict, unknown = None, None
    for document in documents:
        for statement in as_list(document["Statement"]):
            try:
                concerned = _concerns(statement, request, trust=False)
            except NotModelled as reason:
                if statement["Effect"] == "Deny":
                    raise
                unknown = reason
                continue
            if concerned:
                if statement["Effect"] == "Deny":
                    return "Deny"
                verdict = "Allow"
    if verdict is None and unknown is not None:
        raise unknown
    return verdict


def resource_verdict(document: dict[str, Any] | None, request: Request, trust: bool = False) -> str | None:
    """"Deny", "direct", "account" or nothing, for the policy that hangs on the resource (or a role's trust)."""
    verdict = None
    for statement in as_list((document or {}).get("Statement", [])):
        if "NotPrincipal" in statement:
            raise NotModelled("NotPrincipal")
        if not _concerns(statement, request, trust):
            continue
        match = _principal_match(statement["Principal"], request.principal)
        if match and statement["Effect"] == "Deny":
            return "Deny"
        if match and verdict != "direct":
            verdict = match
    return verdict


def passes(endpoint_policy: dict[str, Any], request: Request) -> bool:
    """Whether the policy of a VPC endpoint lets the request through."""
    return resource_verdict(endpoint_policy, request) in ("direct", "account")


def allowed(
    identity: list[dict[str, Any]],
    resource_policy: dict[str, Any] | None,
    request: Request,
    trust: bool = False,
    policy_decides: bool = False,
    boundary: dict[str, Any] | None = None,
) -> bool:
    """Whether the request passes.

    `trust`: the resource policy is a role's trust policy, whose statements have no Resource. `policy_decides`: no
    identity policy counts unless the resource policy lets the caller's account in, as for KMS keys and roles.
    `boundary`: the caller's permissions boundary, which must allow the request as well and gives no right. AWS lets a
    resource policy that names a session pass by the boundary; here nothing does.
    """
    own = identity_verdict(identity, request)
    theirs = resource_verdict(resource_policy, request, trust)
    if "Deny" in (own, theirs):
        return False
    if boundary is not None and identity_verdict([boundary], request) != "Allow":
        return False
    if request.principal.account != request.resource_account:
        return own == "Allow" and theirs is not None
    if theirs == "direct":
        return True
    return own == "Allow" and (theirs == "account" or not policy_decides)
