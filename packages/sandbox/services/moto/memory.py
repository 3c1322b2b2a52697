"""What moto would keep for ever, until it has no file descriptor or memory left.

Every object of its models goes into a list, for a reset that nobody asks for here. A listing of the versions of a bucket copies
each version with its content, and a content above 5 MiB is an open file. The two together: each listing keeps a whole bucket, and
each deletion of an object lists once.

And what it would make before its first answer: AWS's own policies, 1,400 of them, for each account in each of eight partitions.
"""

import functools
import json
from typing import Any

from moto.core.common_models import BaseModel
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.s3.models import FakeDeleteMarker, FakeKey
from moto.utilities.utils import DEFAULT_PARTITION, get_partition

from repair import repair


def untracked(cls: type, *_: Any, **__: Any) -> Any:
    return object.__new__(cls)


def same(self: Any, _: Any) -> Any:
    return self


@functools.cache
def written_by_aws() -> dict[str, Any]:
    return json.loads(aws_managed_policies_data)


def aws_policies(self: IAMBackend) -> list[AWSManagedPolicy]:
    """None in other partitions: the sandbox has no region of theirs."""
    if get_partition(self.region_name) != DEFAULT_PARTITION:
        return []
    made = AWSManagedPolicy.from_data
    return [made(name, self.account_id, self.region_name, data) for name, data in written_by_aws().items()]


def install() -> None:
    repair(IAMBackend, "_init_aws_policies", aws_policies)
    repair(BaseModel, "__new__", staticmethod(untracked))
    # A listing changes nothing of a copy but `is_latest`, which each listing sets anew.
    for listed in (FakeKey, FakeDeleteMarker):
        listed.__deepcopy__ = same
