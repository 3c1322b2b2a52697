"""moto's server with the repairs that make its authorisation resemble AWS's, and with the sandbox's accounts in it.

Reads one JSON document from standard input: {"seed", "tools", "deployRole", "accounts", "new",
"policies": {account: {name: text}}, "deployRights": {account: {"attached": [name], "boundary": name}},
"inventory": {"images", "endpointServices"}}. Writes one line of JSON to standard output when it listens: {"port",
"admins": {account: keys}, "administrators": {account: keys}, "deployers": {account: keys}, "deployer": keys,
"imds": keys}. From the first request on every call is authorised.
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
import traceback
from typing import Any

# moto reads these when it is imported.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server  # noqa: E402
from werkzeug.wsgi import get_input_stream  # noqa: E402

import actions  # noqa: E402
import authorisation  # noqa: E402
import dlm  # noqa: E402
import documents  # noqa: E402
import inventory  # noqa: E402
import memory  # noqa: E402
import quotas  # noqa: E402
import refusals  # noqa: E402
import replication  # noqa: E402
import resources  # noqa: E402
import signatures  # noqa: E402
import versions  # noqa: E402
from accounts import create_accounts  # noqa: E402

EXPECTED_SERVICES = ("sts", "ec2", "s3", "iam", "kms", "secretsmanager", "ssm", "elbv2")


class Application(DomainDispatcherApplication):
    """Without moto's own control interface and its imitation of the metadata service, which ask for no credentials.

    One request at a time: moto iterates over what another request may be changing, and fails. A fault of moto itself is told
    in the service's own form, with its traceback in the log.
    """

    turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
        path = re.sub(r"/+", "/", environ.get("PATH_INFO", ""))
        if re.match(r"/(moto-api|latest/meta-data|latest/api|favicon\.ico)", path):
            return self.refuse(start_response, "403 Forbidden", "moto's own interfaces are closed")
        if "HTTP_AUTHORIZATION" not in environ:
            return self.refuse(start_response, "403 Forbidden", "MissingAuthenticationToken")
        declared = environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")
        # Read before its turn, so that nobody waits for a slow sender.
        body = get_input_stream(environ).read()
        environ["wsgi.input"] = io.BytesIO(body)
        if re.fullmatch(r"[0-9a-f]{64}", declared) and hashlib.sha256(body).hexdigest() != declared:
            return self.refuse(start_response, "400 Bad Request", "XAmzContentSHA256Mismatch")
        with self.turn:
            try:
                return super().__call__(environ, start_response)
            except Exception as failure:
                traceback.print_exc()
                kind, text = refusals.failure_body(environ, failure)
                start_response("500 Internal Server Error", [("Content-Type", kind)])
                return [text.encode()]

    def load(self, service: str) -> None:
        """Makes a service's part ready before its first call."""
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


def main() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)  # moto never outlives the world that it serves
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    of_requests = (refusals, signatures, actions, authorisation)
    of_models = (memory, resources, dlm, documents, quotas, replication, versions)
    for repairs in (*of_requests, *of_models):
        repairs.install()
    wanted = json.load(sys.stdin)
    inventory.install(wanted["inventory"])
    keys = create_accounts(wanted)
    application = Application(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
    # A service's first call takes a second or two: what will be used is loaded while the world starts.
    threading.Thread(target=lambda: [application.load(name) for name in EXPECTED_SERVICES], daemon=True).start()
    print(json.dumps({"port": server.server_port, **keys}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
