"""Versions of objects in a bucket whose versioning is suspended.

A deletion that names a version removes that version and nothing else
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectsfromVersioningSuspendedBuckets.html). moto removes all
versions of the key, and fails if one of them is a delete marker.
"""

from typing import Any

from moto.s3.models import S3Backend

from repair import repair

delete_object = S3Backend.delete_object


def delete_version(self: Any, bucket_name: str, key_name: str, version_id: Any = None, bypass: bool = False) -> Any:
    bucket = self.get_bucket(bucket_name)
    status = bucket.versioning_status
    if version_id is not None and status == "Suspended":
        bucket.versioning_status = "Enabled"
    try:
        return delete_object(self, bucket_name, key_name, version_id, bypass)
    finally:
        bucket.versioning_status = status


def install() -> None:
    repair(S3Backend, "delete_object", delete_version)
