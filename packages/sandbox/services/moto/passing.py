"""The role that a call hands over to a service, for which the caller needs iam:PassRole; moto asks nobody."""

import re
from typing import Any

from context import as_text


def passed_role(request: Any) -> tuple[str, str] | None:
    """The ARN of the role and the service that gets it; nothing for calls that hand none over.

    An instance profile is how EC2 gets a role: AddRoleToInstanceProfile asks for the right
    (https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html).
    """
    if request._action == "iam:AddRoleToInstanceProfile":
        name = as_text(request._data["RoleName"])
        return f"arn:aws:iam::{request.account_id}:role/{name}", "ec2.amazonaws.com"
    if request._action == "s3:PutReplicationConfiguration" and request._method == "PUT":
        found = re.search(rb"<Role>([^<]+)</Role>", request._body or b"")
        return (found[1].decode(), "s3.amazonaws.com") if found else None
    return None
