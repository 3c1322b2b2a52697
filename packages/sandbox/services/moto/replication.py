"""S3 Replication: moto keeps its configuration and copies nothing.

Amazon S3 copies each new object as the role of the configuration, which needs s3:GetObjectVersionForReplication here and
s3:ReplicateObject there; the policies of both buckets are asked
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html).
"""

from typing import Any

from moto.iam.models import iam_backends
from moto.s3.models import S3Backend, s3_backends

import policy
from documents import boundary_of, document, rights_of
from repair import repair
from resources import bucket_of

put_object = S3Backend.put_object


def may(role: Any, action: str, bucket: Any, key: str) -> bool:
    principal = policy.Principal(role.account_id, role.arn, role.arn)
    context = {
        "aws:PrincipalArn": role.arn,
        "aws:PrincipalAccount": role.account_id,
        "aws:PrincipalIsAWSService": "false",
        "aws:SecureTransport": "true",
    }
    asked = policy.Request(principal, action, f"arn:aws:s3:::{bucket.name}/{key}", bucket.account_id, context)
    attached = document(bucket.policy) if bucket.policy else None
    return policy.allowed(rights_of(role), attached, asked, boundary=boundary_of(role))


def replicate(source: Any, key: Any, configuration: dict[str, Any]) -> None:
    owner = configuration["Role"].split(":")[4]
    role = iam_backends[owner]["aws"].get_role_by_arn(configuration["Role"])
    for rule in configuration["Rule"]:
        target = bucket_of(rule["Destination"]["Bucket"])
        if rule["Status"] != "Enabled" or target is None:
            continue
        reads = may(role, "s3:GetObjectVersionForReplication", source, key.name)
        if reads and may(role, "s3:ReplicateObject", target, key.name):
            put_object(s3_backends[target.account_id]["aws"], target.name, key.name, key.value)


def put_and_replicate(self: Any, bucket_name: str, key_name: str, *rest: Any, **more: Any) -> Any:
    key = put_object(self, bucket_name, key_name, *rest, **more)
    bucket = self.get_bucket(bucket_name)
    configuration = getattr(bucket, "replication", None)
    if configuration:
        replicate(bucket, key, configuration)
    return key


def install() -> None:
    repair(S3Backend, "put_object", put_and_replicate)
