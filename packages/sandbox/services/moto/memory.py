"""What moto would keep for ever, until it has no file descriptor or memory left.

Every object of its models goes into a list, for a reset that nobody asks for here. A listing of the versions of a bucket copies
each version with its content, and a content above 5 MiB is an open file. The two together: each listing keeps a whole bucket, and
each deletion of an object lists once.
"""

from typing import Any

from moto.core.common_models import BaseModel
from moto.s3.models import FakeDeleteMarker, FakeKey

from repair import repair


def untracked(cls: type, *_: Any, **__: Any) -> Any:
    return object.__new__(cls)


def same(self: Any, _: Any) -> Any:
    return self


def install() -> None:
    repair(BaseModel, "__new__", staticmethod(untracked))
    # A listing changes nothing of a copy but `is_latest`, which each listing sets anew.
    for listed in (FakeKey, FakeDeleteMarker):
        listed.__deepcopy__ = same
