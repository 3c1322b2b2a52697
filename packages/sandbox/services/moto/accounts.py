"""The accounts' own users and roles, which are there before the first request."""

import json
from typing import Any

from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random

from context import DEPLOYING_USERS, SERVICE_USERS

AWS_SNAPSHOT_ROLE = "AWSDataLifecycleManagerDefaultRole"
# The role and its policy have the same name.
OWN_SNAPSHOT_ROLE = "metrics-link-snapshots"


def policy_text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def create_user(account: str, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    """Makes a user with these rights and gives an access key."""
    backend = iam_backends[account]["aws"]
    backend.create_user("eu-west-1", name)
    backend.put_user_policy(name, "rights", policy_text(*statements))
    key = backend.create_access_key(name)
    return {"accessKeyId": key.access_key_id, "secretAccessKey": key.secret_access_key}


def create_accounts(wanted: dict[str, Any]) -> dict[str, Any]:
    """The accounts' administrators, the cloud's own users, deployers, and the metadata service's user in `tools`.

    An account's own deployer may assume the deployment role there, and nothing in another account. The deployer in
    `tools` may assume all of them, as a platform team's. The role has the policies and the boundary that are wanted for
    it, and may do everything where none are.

    Accounts that are `new` have nothing of the product yet: only an administrator, who may do anything.
    """
    mock_random.seed(wanted["seed"])
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    tools, role, new = wanted["tools"], wanted["deployRole"], wanted.get("new", False)
    role_in = {account: f"arn:aws:iam::{account}:role/{role}" for account in wanted["accounts"]}
    keys = {
        "deployers": {
            account: create_user(
                account, "deployer", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role_in[account]}
            )
            for account in wanted["accounts"]
            if not new
        },
        "admins": {account: create_user(account, "sandbox", everything) for account in [*wanted["accounts"], tools]},
        "administrators": {account: create_user(account, "administrator", everything) for account in wanted["accounts"]},
        "deployer": create_user(
            tools,
            "deployer",
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::*:role/{role}"},
        ),
        "imds": create_user(tools, "imds", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}),
    }
    SERVICE_USERS[f"arn:aws:iam::{tools}:user/imds"] = "ec2.amazonaws.com"
    for account in wanted["accounts"]:
        DEPLOYING_USERS[f"arn:aws:iam::{account}:user/sandbox"] = role_in[account]
        if new:
            continue
        backend = iam_backends[account]["aws"]
        deployer = {"AWS": [f"arn:aws:iam::{owner}:user/deployer" for owner in (account, tools)]}
        trust = policy_text({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": deployer})
        for name, text in wanted["policies"][account].items():
            backend.create_policy("Made by the account's administrators", "/", text, name, [])
        policy_arn = f"arn:aws:iam::{account}:policy/"
        rights = wanted["deployRights"].get(account)
        backend.create_role(role, trust, "/", rights and policy_arn + rights["boundary"], "Deploys metrics-link", [], "3600")
        for name in rights["attached"] if rights else []:
            backend.attach_role_policy(policy_arn + name, role)
        if not rights:
            backend.put_role_policy(role, "rights", policy_text(everything))
        # What `aws dlm create-default-role` makes, and what docs/deploy.md has administrators make.
        dlm = {"Service": "dlm.amazonaws.com"}
        trust = policy_text({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": dlm})
        of_aws = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
        is_narrow = OWN_SNAPSHOT_ROLE in wanted["policies"][account]
        snapshot_roles = {
            AWS_SNAPSHOT_ROLE: of_aws,
            OWN_SNAPSHOT_ROLE: policy_arn + OWN_SNAPSHOT_ROLE if is_narrow else of_aws,
        }
        for name, attached in snapshot_roles.items():
            backend.create_role(name, trust, "/", None, "Takes snapshots", [], "3600")
            backend.attach_role_policy(attached, name)
    # Ids of what comes later must not repeat those of an earlier run.
    mock_random.seed()
    return keys
