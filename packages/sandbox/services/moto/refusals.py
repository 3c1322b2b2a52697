"""Refusals in the form of the service's protocol.

moto answers JSON services with XML, which makes the JavaScript SDK fail with a SyntaxError instead of AccessDenied.
"""

import json
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


class Refusal(HTTPException):
    def __init__(self, request: Any, status: int, code: str, message: str):
        super().__init__(message)
        text = escape(message)
        # The header names the operation; a service that has paths for them has none.
        if request._headers.get("X-Amz-Target") or request._service == "dlm":
            status, code = JSON_CODES[code]
            self.description = json.dumps({"__type": code, "message": message})
            self.kind = "application/x-amz-json-1.1"
        else:
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{text}</Message></Error>"
            if request._service == "s3":
                self.description = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>"
            elif request._service == "ec2":
                # EC2 has a word of its own (EC2 API Reference, "Common client error codes").
                code = "UnauthorizedOperation" if code == "AccessDenied" else code
                error = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>"
                self.description = f"<Response><Errors>{error}</Errors></Response>"
            else:
                self.description = f"<ErrorResponse>{error}</ErrorResponse>"
            self.kind = "application/xml"
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
