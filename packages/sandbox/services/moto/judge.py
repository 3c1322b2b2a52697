"""Judges requests of the sandbox's cloud, whose resources moto does not have: a line of JSON in, a line of JSON out.

In: {"policies": [document], "boundary": document or null, "requests": [{"action", "resource", "context"}]}.
Out: {"allowed": [bool]}, one for each request, or {"error": text}.
"""

import json
import sys
from typing import Any

import policy


def verdicts(case: dict[str, Any]) -> list[bool]:
    nobody = policy.Principal("", "")
    return [
        policy.allowed(
            case["policies"],
            None,
            policy.Request(nobody, one["action"], one["resource"], "", {policy.TAGS_ARE_KNOWN: "true", **one["context"]}),
            boundary=case.get("boundary"),
        )
        for one in case["requests"]
    ]


for line in sys.stdin:
    try:
        answer: dict[str, Any] = {"allowed": verdicts(json.loads(line))}
    except policy.NotModelled as reason:
        answer = {"error": f"the sandbox cannot evaluate a {reason}"}
    print(json.dumps(answer), flush=True)
