"""The action that an S3 call needs, where moto has none or another (Service Authorization Reference, Amazon S3).

moto takes each setting of a bucket that it does not list for CreateBucket, ListBucket or DeleteBucket, so that a bucket's
policy would be asked about the wrong thing.
"""

from typing import Any

from moto.s3 import responses

# The setting as the query string names it: action to read it, to write it, to take it away.
SETTINGS = {
    "accelerate": ("GetAccelerateConfiguration", "PutAccelerateConfiguration", None),
    "encryption": ("GetEncryptionConfiguration", "PutEncryptionConfiguration", "PutEncryptionConfiguration"),
    "inventory": ("GetInventoryConfiguration", "PutInventoryConfiguration", "PutInventoryConfiguration"),
    "lifecycle": ("GetLifecycleConfiguration", "PutLifecycleConfiguration", "PutLifecycleConfiguration"),
    "notification": ("GetBucketNotification", "PutBucketNotification", None),
    "object-lock": ("GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", None),
    "ownershipControls": ("GetBucketOwnershipControls", "PutBucketOwnershipControls", "PutBucketOwnershipControls"),
    "publicAccessBlock": ("GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "replication": ("GetReplicationConfiguration", "PutReplicationConfiguration", "PutReplicationConfiguration"),
    "requestPayment": ("GetBucketRequestPayment", "PutBucketRequestPayment", None),
}
OF_OBJECTS = {
    "GET": {"retention": "GetObjectRetention", "legal-hold": "GetObjectLegalHold"},
    "PUT": {"retention": "PutObjectRetention", "legal-hold": "PutObjectLegalHold"},
    "DELETE": {"tagging": "DeleteObjectTagging"},
}


def install() -> None:
    of_buckets: dict[str, Any] = responses.ACTION_MAP["BUCKET"]
    for setting, actions in SETTINGS.items():
        for method, action in zip(("GET", "PUT", "DELETE"), actions):
            if action is not None:
                of_buckets[method][setting] = action
    of_buckets["HEAD"]["DEFAULT"] = "ListBucket"
    for method, actions_of_objects in OF_OBJECTS.items():
        responses.ACTION_MAP["KEY"][method].update(actions_of_objects)
