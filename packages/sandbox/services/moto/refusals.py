"""Refusals in the form of the service's protocol.

moto answers JSON services with XML, which makes the JavaScript SDK fail with a SyntaxError instead of AccessDenied.
"""

import json
import re
from typing import Any
from xml.sax.saxutils import escape

from moto.iam.access_control import IAMRequest, S3IAMRequest
from werkzeug.exceptions import HTTPException

from repair import repair

JSON_CODES = {
    "AccessDenied": (400, "AccessDeniedException"),
    "SignatureDoesNotMatch": (400, "InvalidSignatureException"),
    "InvalidClientTokenId": (400, "UnrecognizedClientException"),
    "ExpiredToken": (400, "ExpiredTokenException"),
}


def error_body(service: str, code: str, message: str, in_json: bool) -> tuple[str, str]:
    """An error in the form of the service's protocol: its media type and its text."""
    if in_json:
        return "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})
    text = escape(message)
    if service == "s3":
        return "application/xml", f"<Error><Code>{code}</Code><Message>{text}</Message></Error>"
    if service == "ec2":
        error = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>"
        return "application/xml", f"<Response><Errors>{error}</Errors></Response>"
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{text}</Message></Error>"
    return "application/xml", f"<ErrorResponse>{error}</ErrorResponse>"


def failure_body(environ: dict[str, Any], failure: Exception) -> tuple[str, str]:
    """What a fault of moto itself is answered with, instead of a page of HTML that no SDK can read."""
    scope = re.search(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    service = scope.group(1) if scope else "s3"
    in_json = "HTTP_X_AMZ_TARGET" in environ or service == "dlm"
    return error_body(service, "InternalError", f"moto failed: {type(failure).__name__}: {failure}", in_json)


class Refusal(HTTPException):
    def __init__(self, request: Any, status: int, code: str, message: str):
        super().__init__(message)
        # The header names the operation; a service that has paths for them has none.
        in_json = bool(request._headers.get("X-Amz-Target")) or request._service == "dlm"
        if in_json:
            status, code = JSON_CODES[code]
        elif request._service == "ec2" and code == "AccessDenied":
            # EC2 has a word of its own (EC2 API Reference, "Common client error codes").
            code = "UnauthorizedOperation"
        self.kind, self.description = error_body(request._service, code, message, in_json)
        self.code = status
        self.error_code = code

    def get_body(self, *_: Any) -> str:
        return self.description or ""

    def get_headers(self, *_: Any) -> list[tuple[str, str]]:
        return [("Content-Type", self.kind), ("X-Amzn-ErrorType", self.error_code)]


def refuse_signature(self: Any) -> None:
    raise Refusal(self, 403, "SignatureDoesNotMatch", "The signature does not match the one we calculated.")


def refuse_access(self: Any, why: str = "") -> None:
    message = f"User: {self._access_key.arn} is not authorized to perform: {self._action}{why}"
    raise Refusal(self, 403, "AccessDenied", message)


def refuse_key(self: Any, reason: str = "InvalidId") -> None:
    if reason == "Expired":
        raise Refusal(self, 400 if self._service == "s3" else 403, "ExpiredToken", "The security token has expired.")
    code = "InvalidAccessKeyId" if self._service == "s3" else "InvalidClientTokenId"
    raise Refusal(self, 403, code, "The security token included in the request is invalid.")


def install() -> None:
    for request_class in (IAMRequest, S3IAMRequest):
        repair(request_class, "_raise_signature_does_not_match", refuse_signature)
        repair(request_class, "_raise_access_denied", refuse_access)
        repair(request_class, "_raise_invalid_access_key", refuse_key)
