"""Data Lifecycle Manager, which moto does not have. As of other services that only the sandbox's record knows, moto judges the
signature and the caller's rights, and the front answers."""

import re
import sys
from types import ModuleType

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse

from resources import authorised


class LifecycleResponse(BaseResponse):
    def __init__(self) -> None:
        super().__init__(service_name="dlm")

    def _determine_resource(self) -> str:
        policy = self.path.rstrip("/").split("/")[-1]
        return f"arn:aws:dlm:{self.region}:{self.current_account}:policy/{policy}"

    def get_lifecycle_policy(self) -> str:
        return authorised(self)


class LifecycleBackend(BaseBackend):
    @property
    def flask_paths(self) -> dict[str, object]:
        return {"/policies/<policy_id>": LifecycleResponse.dispatch}


def install() -> None:
    module = ModuleType("moto.dlm")
    module.dlm_backends = BackendDict(LifecycleBackend, "dlm")  # type: ignore[attr-defined]
    sys.modules["moto.dlm"] = module
    backend_index.backend_url_patterns.append(("dlm", re.compile(r"https?://dlm\.(.+)\.amazonaws\.com")))
