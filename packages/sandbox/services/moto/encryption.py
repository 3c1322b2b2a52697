"""The customer's KMS key which a service uses in the caller's name: the caller needs the right to it, and moto forgets."""

from typing import Any

from moto.s3.models import s3_backends

from context import as_text, parameters
from resources import bucket_of, key_of, secret_of

SSE = "x-amz-server-side-encryption"


def object_key(request: Any, bucket: Any, resource: str) -> tuple[str, str | None]:
    """The action and key of a read or written object: as the request says, or else the bucket's default."""
    if request._action == "s3:PutObject":
        default = (bucket.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
        algorithm = request._headers.get(SSE) or default.get("SSEAlgorithm")
        key_id = request._headers.get(f"{SSE}-aws-kms-key-id") or default.get("KMSMasterKeyID")
        return "kms:GenerateDataKey", key_id if algorithm == "aws:kms" else None
    name = resource.split(":::", 1)[1].split("/", 1)[1]
    version = as_text(request._data["versionId"]) if "versionId" in request._data else None
    stored = s3_backends[bucket.account_id]["aws"].get_object(bucket.name, name, version_id=version)
    return "kms:Decrypt", stored.kms_key_id if stored and stored.encryption == "aws:kms" else None


def secret_key(request: Any) -> tuple[str, str | None]:
    """The action and key of a read or written secret value; no key for other calls."""
    given, action = parameters(request), request._action.split(":")[1]
    if action == "CreateSecret":
        return "kms:GenerateDataKey", given.get("KmsKeyId")
    if action not in ("GetSecretValue", "PutSecretValue"):
        return "", None
    secret = secret_of(request.account_id, request._region, given.get("SecretId", ""))
    return "kms:Decrypt" if action == "GetSecretValue" else "kms:GenerateDataKey", secret.kms_key_id if secret else None


def encryption_key(request: Any, resource: str) -> tuple[str, Any] | None:
    """The KMS action and key behind the call; none where the key is AWS's own, which every caller may use."""
    owner = request.account_id
    if request._action in ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"):
        bucket = bucket_of(resource)
        if bucket is None:
            return None
        owner = bucket.account_id
        action, key_id = object_key(request, bucket, resource)
    elif request._service == "secretsmanager":
        action, key_id = secret_key(request)
    else:
        return None
    if not key_id or "alias/aws/" in key_id:
        return None
    is_arn = key_id.startswith("arn:")
    account, region = (key_id.split(":")[4], key_id.split(":")[3]) if is_arn else (owner, request._region)
    key = key_of(account, region, key_id)
    return (action, key) if key else None


def encryption_context(request: Any, resource: str) -> dict[str, str]:
    """Condition keys of the call to KMS: by which service it comes, and what that binds the data key to."""
    via = {"kms:ViaService": f"{request._service}.{request._region}.amazonaws.com"}
    if request._service == "s3":
        return {**via, "kms:EncryptionContext:aws:s3:arn": resource}
    secret = secret_of(request.account_id, request._region, parameters(request).get("SecretId", ""))
    return {**via, "kms:EncryptionContext:SecretARN": secret.arn} if secret else via
