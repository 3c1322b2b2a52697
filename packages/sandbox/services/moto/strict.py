"""moto's server with the repairs that make its authorisation resemble AWS's, and with the sandbox's accounts in it.

Reads one JSON document from standard input: {"seed", "tools", "deployRole", "accounts"}. Writes one line of JSON to
standard output when it listens: {"port", "admins": {account: keys}, "deployer": keys, "imds": keys}. From the first
request on every call is authorised.
"""

import ctypes
import hashlib
import io
import json
import os
import re
import signal
import sys
import threading
from datetime import datetime, timedelta, timezone
from typing import Any

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import moto.iam.access_control as access_control  # noqa: E402
from moto.core.exceptions import _RESTError  # noqa: E402
from moto.core.utils import utcnow  # noqa: E402
from moto.iam.models import iam_backends  # noqa: E402
from moto.kms.models import kms_backends  # noqa: E402
from moto.kms.responses import KmsResponse  # noqa: E402
from moto.moto_api._internal import mock_random  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app  # noqa: E402
from moto.s3.models import FakeBucket, s3_backends  # noqa: E402
from moto.secretsmanager.models import secretsmanager_backends  # noqa: E402
from moto.secretsmanager.responses import SecretsManagerResponse  # noqa: E402
from moto.ssm.responses import SimpleSystemManagerResponse  # noqa: E402
from moto.sts.models import sts_backends  # noqa: E402
from werkzeug.exceptions import HTTPException  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402
from werkzeug.wsgi import get_input_stream  # noqa: E402

import policy  # noqa: E402

CONTEXT_HEADER = "X-Sandbox-Context"
IMDS_USER = "imds"
EXPECTED_SERVICES = ("sts", "ec2", "s3", "iam", "kms", "secretsmanager", "ssm")
CLOCK_SKEW = timedelta(minutes=15)
Base = access_control.IAMRequestBase


def repair(owner: Any, name: str, replacement: Any) -> None:
    """Replaces what exists; a moto that no longer has it must be looked at again."""
    if not hasattr(owner, name):
        raise SystemExit(f"strict.py does not fit this moto: {owner.__name__} has no {name}")
    setattr(owner, name, replacement)


# --- 1. Refusals in the form of the service's protocol -------------------------------------------------------------
# moto answers JSON services with XML, which makes the JavaScript SDK fail with a SyntaxError instead of AccessDenied.
JSON_CODES = {
    "AccessDenied": (400, "AccessDeniedException"),
    "SignatureDoesNotMatch": (400, "InvalidSignatureException"),
    "InvalidClientTokenId": (400, "UnrecognizedClientException"),
    "ExpiredToken": (400, "ExpiredTokenException"),
}


class Refusal(HTTPException):
    def __init__(self, request: Any, status: int, code: str, message: str):
        super().__init__(message)
        if request._headers.get("X-Amz-Target"):
            status, code = JSON_CODES[code]
            self.description = json.dumps({"__type": code, "message": message})
            self.kind = "application/x-amz-json-1.1"
        else:
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            if request._service == "s3":
                self.description = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
            elif request._service == "ec2":
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


for request_class in (access_control.IAMRequest, access_control.S3IAMRequest):
    repair(request_class, "_raise_signature_does_not_match", refuse_signature)
    repair(request_class, "_raise_access_denied", refuse_access)
    repair(request_class, "_raise_invalid_access_key", refuse_key)


# --- 2. Signatures -------------------------------------------------------------------------------------------------
# moto computes wrong signatures for GET, HEAD and DELETE without a body outside S3, and accepts any clock. It does not
# compare the body with the hash that was signed either: see Application.
create_aws_request = Base._create_aws_request


def bodyless_aware(self: Any) -> Any:
    kept = self._data
    if self._method in ("GET", "HEAD", "DELETE") and not self._body:
        self._data = {}
    try:
        return create_aws_request(self)
    finally:
        self._data = kept


check_signature = Base.check_signature


def check_signature_strictly(self: Any) -> None:
    stamp = self._headers.get("X-Amz-Date", "")
    if not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
        raise Refusal(self, 403, "AccessDenied", "The request has no valid X-Amz-Date header.")
    signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if abs(datetime.now(timezone.utc) - signed_at) > CLOCK_SKEW:
        raise Refusal(self, 403, "SignatureDoesNotMatch", f"Signature expired: {stamp} is more than 15 minutes away.")
    check_signature(self)


repair(Base, "_create_aws_request", bodyless_aware)
repair(Base, "check_signature", check_signature_strictly)


# --- 3. Sessions expire, and die with their role -------------------------------------------------------------------
session_init = access_control.AssumedRoleAccessKey.__init__


def session_within_lifetime(self: Any, account_id: str, partition: str, access_key_id: str, headers: Any) -> None:
    session_init(self, account_id, partition, access_key_id, headers)
    for session in sts_backends[account_id][partition].assumed_roles:
        if session.access_key_id == access_key_id:
            if session.expiration < utcnow():
                raise access_control.CreateAccessKeyFailure(reason="Expired")
            try:
                self.role = iam_backends[account_id][partition].get_role_by_arn(session.role_arn)
            except Exception as missing:
                raise access_control.CreateAccessKeyFailure(reason="InvalidId") from missing


repair(access_control.AssumedRoleAccessKey, "__init__", session_within_lifetime)


# --- 4. Policies: resources, conditions, principals, resource policies, trust ---------------------------------------
# moto ignores conditions, NotResource and most resources, and reads bucket policies without principal or condition.
def principal_of(request: Any) -> policy.Principal:
    key, account = request._access_key, request.account_id
    if isinstance(key, access_control.AssumedRoleAccessKey):
        return policy.Principal(account, key.arn, key.role.arn)
    if key._owner_user_name == IMDS_USER:
        return policy.Principal(account, key.arn, service="ec2.amazonaws.com")
    return policy.Principal(account, key.arn)


def document(source: Any) -> dict[str, Any]:
    """A policy document, whichever way moto keeps it: inline, managed, as text or as bytes."""
    if isinstance(source, access_control.Policy):
        source = next(version for version in source.versions if version.is_default).document
    elif isinstance(source, dict) and "policy_document" in source:
        source = source["policy_document"]
    return source if isinstance(source, dict) else json.loads(source)


def parameters(request: Any) -> dict[str, Any]:
    try:
        body = json.loads(request._body or b"{}")
        return body if isinstance(body, dict) else {}
    except ValueError:
        return {}


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
    elif request._service == "kms":
        context["kms:CallerAccount"] = principal.account
        for key, value in (parameters(request).get("EncryptionContext") or {}).items():
            context[f"kms:EncryptionContext:{key}"] = value
    return context


def as_text(value: Any) -> str:
    return value[0] if isinstance(value, list) else value


def bucket_of(resource: str) -> Any:
    name = resource.removeprefix("arn:aws:s3:::").split("/", 1)[0]
    partition, account = s3_backends.bucket_accounts.get(name, (None, None))
    return s3_backends[account][partition].buckets.get(name) if account else None


def key_of(account: str, region: str, key_id: str) -> Any:
    backend = kms_backends[account][region]
    if "alias/" in key_id:
        key_id = backend.get_key_id_from_alias(backend.get_alias_name(key_id)) or key_id
    return backend.keys.get(backend.get_key_id(key_id))


def secret_of(account: str, region: str, secret_id: str) -> Any:
    backend = secretsmanager_backends[account][region]
    try:
        return backend.secrets[secret_id]
    except Exception:
        return None


def resource_policy(request: Any, resource: str) -> tuple[str, Any, bool]:
    """The account that owns the resource, its policy if any, and whether that policy alone decides who is let in."""
    service = resource.split(":")[2] if resource.startswith("arn:") else ""
    account = resource.split(":")[4] if service and resource.split(":")[4] else request.account_id
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
    context = {**context_of(request, principal, account), **(extra or {})}
    asked = policy.Request(principal, action, resource, account, context)
    identity = [document(source) for source in request._access_key.collect_policies()]
    return policy.allowed(identity, document(attached) if attached else None, asked, trust, decides)


def encryption_key(request: Any, resource: str) -> tuple[str, Any] | None:
    """The KMS action and key which AWS uses in the caller's name for this call, if the key is customer managed."""
    if request._action in ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"):
        bucket = bucket_of(resource)
        if bucket is None:
            return None
        if request._action == "s3:PutObject":
            rule = (bucket.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
            asked = request._headers.get("x-amz-server-side-encryption")
            if (asked or rule.get("SSEAlgorithm")) != "aws:kms":
                return None
            key_id = request._headers.get("x-amz-server-side-encryption-aws-kms-key-id") or rule.get("KMSMasterKeyID")
            action = "kms:GenerateDataKey"
        else:
            name = resource.split(":::", 1)[1].split("/", 1)[1]
            version = as_text(request._data["versionId"]) if "versionId" in request._data else None
            stored = s3_backends[bucket.account_id]["aws"].get_object(bucket.name, name, version_id=version)
            key_id = stored.kms_key_id if stored and stored.encryption == "aws:kms" else None
            action = "kms:Decrypt"
        owner = bucket.account_id
    elif request._service == "secretsmanager":
        given = parameters(request)
        if request._action in ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"):
            secret = secret_of(request.account_id, request._region, given.get("SecretId", ""))
            key_id = secret.kms_key_id if secret else None
        elif request._action == "secretsmanager:CreateSecret":
            key_id = given.get("KmsKeyId")
        else:
            return None
        action = "kms:Decrypt" if request._action.endswith("GetSecretValue") else "kms:GenerateDataKey"
        owner = request.account_id
    else:
        return None
    if not key_id or "alias/aws/" in key_id:
        return None
    account = key_id.split(":")[4] if key_id.startswith("arn:") else owner
    region = key_id.split(":")[3] if key_id.startswith("arn:") else request._region
    key = key_of(account, region, key_id)
    return (action, key) if key else None


def encryption_context(request: Any, resource: str) -> dict[str, str]:
    """What the service itself binds the data key to."""
    if request._service == "s3":
        return {"kms:EncryptionContext:aws:s3:arn": resource}
    secret = secret_of(request.account_id, request._region, parameters(request).get("SecretId", ""))
    return {"kms:EncryptionContext:SecretARN": secret.arn} if secret else {}


def check_permission(self: Any, resource: Any) -> None:
    if self._action == "sts:GetCallerIdentity":  # needs no permission, and cannot be denied
        return
    try:
        for one in resource if isinstance(resource, list) else [resource]:
            if not permits(self, self._action, one):
                refuse_access(self, f" on resource: {one}")
            encryption = encryption_key(self, one)
            if encryption:
                action, key = encryption
                via = {"kms:ViaService": f"{self._service}.{self._region}.amazonaws.com", **encryption_context(self, one)}
                if not permits(self, action, key.arn, via):
                    refuse_access(self, f": it needs {action} on {key.arn}")
    except policy.NotModelled as unknown:
        refuse_access(self, f": the sandbox does not model {unknown}, which a policy uses")


repair(Base, "check_action_permitted", check_permission)
repair(FakeBucket, "get_permission", lambda *_: access_control.PermissionResult.NEUTRAL)  # decided above


# --- 5. The resource of a call, where moto has "*" ------------------------------------------------------------------
def secret_resource(self: Any) -> str:
    name = self._get_param("SecretId") or self._get_param("Name")
    if not name:
        return "*"
    secret = secret_of(self.current_account, self.region, name)
    if secret:
        return secret.arn
    prefix = f"arn:aws:secretsmanager:{self.region}:{self.current_account}:secret:"
    return name if name.startswith("arn:") else f"{prefix}{name}-??????"


def kms_resource(self: Any) -> str:
    key_id = json.loads(self.body or "{}").get("KeyId") or json.loads(self.body or "{}").get("TargetKeyId")
    if key_id is None and self._get_action() in ("Decrypt", "ReEncrypt"):
        # moto writes the id of the key in front of the ciphertext, as AWS puts it in its metadata.
        key_id = self._get_param("CiphertextBlob")[:36].decode("ascii", "replace")
    if not key_id:
        return "*"
    account = key_id.split(":")[4] if key_id.startswith("arn:") else self.current_account
    key = key_of(account, self.region, key_id)
    return key.arn if key else self._display_arn(key_id)


def ssm_resources(self: Any) -> list[str]:
    owner = f"{self.region}:{self.current_account}"
    if self._get_action() == "UpdateInstanceInformation":
        return [f"arn:aws:ec2:{owner}:instance/{self._get_param('InstanceId')}"]
    if self._get_action() != "SendCommand":
        return ["*"]
    instances = [f"arn:aws:ec2:{owner}:instance/{name}" for name in self._get_param("InstanceIds", [])]
    name = self._get_param("DocumentName", "")
    account = "" if name.startswith("AWS-") else self.current_account
    return [f"arn:aws:ssm:{self.region}:{account}:document/{name}", *instances]


SecretsManagerResponse._determine_resource = secret_resource
KmsResponse._determine_resource = kms_resource
SimpleSystemManagerResponse._determine_resource = ssm_resources


# --- 6. Run Command: moto authorises, the front executes ------------------------------------------------------------
def authorised(self: Any) -> str:
    return json.dumps({"Account": self.current_account, "Region": self.region})


for operation in (
    "send_command",
    "get_command_invocation",
    "list_command_invocations",
    "cancel_command",
    "describe_instance_information",
    "update_instance_information",
):
    setattr(SimpleSystemManagerResponse, operation, authorised)


# --- The server -----------------------------------------------------------------------------------------------------
class Application(DomainDispatcherApplication):
    """Without moto's own control interface and its imitation of the metadata service, which ask for no credentials."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
        path = re.sub(r"/+", "/", environ.get("PATH_INFO", ""))
        if re.match(r"/(moto-api|latest/meta-data|latest/api|favicon\.ico)", path):
            return self.refuse(start_response, "403 Forbidden", "moto's own interfaces are closed")
        if "HTTP_AUTHORIZATION" not in environ:
            return self.refuse(start_response, "403 Forbidden", "MissingAuthenticationToken")
        declared = environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")
        if re.fullmatch(r"[0-9a-f]{64}", declared):
            body = get_input_stream(environ).read()
            environ["wsgi.input"] = io.BytesIO(body)
            if hashlib.sha256(body).hexdigest() != declared:
                return self.refuse(start_response, "400 Bad Request", "XAmzContentSHA256Mismatch")
        return super().__call__(environ, start_response)

    def load(self, service: str) -> None:
        app = self.create_app(service)
        with self.lock:
            self.app_instances.setdefault(service, app)

    @staticmethod
    def refuse(start_response: Any, status: str, text: str) -> list[bytes]:
        start_response(status, [("Content-Type", "text/plain")])
        return [text.encode()]


class Handler(MotoRequestHandler):
    """One log line a request without colours; no reverse look-up."""

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        self.log("info", '"%s %s" %s %s', self.command, self.path, code, size)


def policy_text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def create_user(account: str, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    backend = iam_backends[account]["aws"]
    backend.create_user("eu-west-1", name)
    backend.put_user_policy(name, "rights", policy_text(*statements))
    key = backend.create_access_key(name)
    return {"accessKeyId": key.access_key_id, "secretAccessKey": key.secret_access_key}


def create_accounts(wanted: dict[str, Any]) -> dict[str, Any]:
    """The accounts' own administrators for the cloud, the deployer and the metadata service's user in `tools`."""
    mock_random.seed(wanted["seed"])
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    tools, role = wanted["tools"], wanted["deployRole"]
    keys = {
        "admins": {account: create_user(account, "sandbox", everything) for account in [*wanted["accounts"], tools]},
        "deployer": create_user(
            tools,
            "deployer",
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::*:role/{role}"},
        ),
        "imds": create_user(tools, IMDS_USER, {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}),
    }
    for account in wanted["accounts"]:
        backend = iam_backends[account]["aws"]
        deployer = {"AWS": f"arn:aws:iam::{tools}:user/deployer"}
        trust = policy_text({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": deployer})
        backend.create_role(role, trust, "/", None, "Deploys metrics-link", [], "3600")
        backend.put_role_policy(role, "rights", policy_text(everything))
    # Ids of what comes later must not repeat those of an earlier run.
    mock_random.seed()
    return keys


def main() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)  # moto never outlives the world that it serves
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    keys = create_accounts(json.load(sys.stdin))
    application = Application(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
    # A service's first call takes a second or two: what will be used is loaded while the world starts.
    threading.Thread(target=lambda: [application.load(name) for name in EXPECTED_SERVICES], daemon=True).start()
    print(json.dumps({"port": server.server_port, **keys}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
