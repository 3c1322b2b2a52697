"""Signatures, and the credentials that made them.

moto computes wrong signatures for GET, HEAD and DELETE without a body outside S3, accepts any clock, and lets sessions
live on after their end and without their role. It does not compare the body with the hash that was signed either: see
Application in strict.py, which still has the body as it came.
"""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.core.utils import utcnow
from moto.iam.access_control import AssumedRoleAccessKey, CreateAccessKeyFailure, IAMRequestBase
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from refusals import Refusal
from repair import repair

CLOCK_SKEW = timedelta(minutes=15)
create_aws_request = IAMRequestBase._create_aws_request


def bodyless_aware(self: Any) -> Any:
    """Where there is no body, moto would sign the query's parameters as if they were one."""
    kept = self._data
    if self._method in ("GET", "HEAD", "DELETE") and not self._body:
        self._data = {}
    try:
        return create_aws_request(self)
    finally:
        self._data = kept


check_signature = IAMRequestBase.check_signature


def check_signature_strictly(self: Any) -> None:
    stamp = self._headers.get("X-Amz-Date", "")
    if not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
        raise Refusal(self, 403, "AccessDenied", "The request has no valid X-Amz-Date header.")
    signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if abs(datetime.now(timezone.utc) - signed_at) > CLOCK_SKEW:
        raise Refusal(self, 403, "SignatureDoesNotMatch", f"Signature expired: {stamp} is more than 15 minutes away.")
    check_signature(self)


session_init = AssumedRoleAccessKey.__init__


def session_within_lifetime(self: Any, account_id: str, partition: str, access_key_id: str, headers: Any) -> None:
    session_init(self, account_id, partition, access_key_id, headers)
    for session in sts_backends[account_id][partition].assumed_roles:
        if session.access_key_id == access_key_id:
            if session.expiration < utcnow():
                raise CreateAccessKeyFailure(reason="Expired")
            try:
                self.role = iam_backends[account_id][partition].get_role_by_arn(session.role_arn)
            except Exception as missing:
                raise CreateAccessKeyFailure(reason="InvalidId") from missing


def install() -> None:
    repair(IAMRequestBase, "_create_aws_request", bodyless_aware)
    repair(IAMRequestBase, "check_signature", check_signature_strictly)
    repair(AssumedRoleAccessKey, "__init__", session_within_lifetime)
