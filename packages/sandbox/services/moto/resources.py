"""The resource of a call, where moto has "*"; and calls of which moto keeps the authorisation only: Run Command, and what
describes the addresses, routes, peering connections, load balancers and DNS firewalls that only the sandbox's own record has."""

import json
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses
from moto.ec2.responses.route_tables import RouteTables
from moto.ec2.responses.vpc_peering_connections import VPCPeeringConnections
from moto.elbv2.responses import ELBV2Response
from moto.iam.access_control import create_access_key
from moto.iam.responses import IamResponse
from moto.kms.models import kms_backends
from moto.kms.responses import KmsResponse
from moto.route53resolver.responses import Route53ResolverResponse
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.ssm.responses import SimpleSystemManagerResponse

from repair import repair

VERDICT_HEADER = "X-Sandbox-Verdict"

RUN_COMMAND = (
    "send_command",
    "get_command_invocation",
    "list_command_invocations",
    "cancel_command",
    "describe_instance_information",
    "update_instance_information",
)

# Nothing of a DNS firewall is in moto.
DNS_FIREWALL = (
    "get_firewall_config",
    "list_firewall_domains",
    "list_firewall_rule_group_associations",
    "list_firewall_rules",
    "update_firewall_rule_group_association",
)

# Calls by the front alone; the world asks moto itself for the main route table of a new VPC.
DESCRIBED_BY_THE_FRONT = (
    (ElasticIPAddresses, ("describe_addresses",)),
    (RouteTables, ("describe_route_tables",)),
    (VPCPeeringConnections, ("describe_vpc_peering_connections",)),
    (
        ELBV2Response,
        (
            "describe_load_balancers",
            "describe_load_balancer_attributes",
            "describe_listeners",
            "describe_target_groups",
            "describe_target_group_attributes",
            "describe_target_health",
            "modify_load_balancer_attributes",
        ),
    ),
)


def bucket_of(resource: str) -> Any:
    name = resource.removeprefix("arn:aws:s3:::").split("/", 1)[0]
    partition, account = s3_backends.bucket_accounts.get(name, (None, None))
    return s3_backends[account][partition].buckets.get(name) if account else None


def key_of(account: str, region: str, key_id: str) -> Any:
    backend = kms_backends[account][region]
    if "alias/" in key_id:
        key_id = backend.get_key_id_from_alias(backend.get_alias_name(key_id)) or key_id
    return backend.keys.get(backend.get_key_id(key_id))


def secret_of(account: str, region: str, secret_id: str) -> Any:
    backend = secretsmanager_backends[account][region]
    try:
        return backend.secrets[secret_id]
    except Exception:
        return None


def tags_of(resource: str) -> dict[str, str] | None:
    """Tags of a key or an instance, whose ids AWS makes up, so that policies tell them by their tags; of others unknown."""
    parts = resource.split(":")
    if len(parts) < 6 or not parts[5].startswith(("key/", "instance/")):
        return None
    region, account, name = parts[3], parts[4], parts[5].split("/", 1)[1]
    if parts[2] == "kms":
        return kms_backends[account][region].tagger.get_tag_dict_for_resource(name)
    return {str(key): str(value) for key, value in ec2_backends[account][region].tags.get(name, {}).items()}


def secret_resource(self: Any) -> str:
    name = self._get_param("SecretId") or self._get_param("Name")
    if not name:
        return "*"
    secret = secret_of(self.current_account, self.region, name)
    if secret:
        return secret.arn
    prefix = f"arn:aws:secretsmanager:{self.region}:{self.current_account}:secret:"
    return name if name.startswith("arn:") else f"{prefix}{name}-??????"


def kms_resource(self: Any) -> str:
    given = json.loads(self.body or "{}")
    key_id = given.get("KeyId") or given.get("TargetKeyId")
    if key_id is None and self._get_action() in ("Decrypt", "ReEncrypt"):
        # moto writes the id of the key in front of the ciphertext, as AWS puts it in its metadata.
        key_id = self._get_param("CiphertextBlob")[:36].decode("ascii", "replace")
    if not key_id:
        return "*"
    account = key_id.split(":")[4] if key_id.startswith("arn:") else self.current_account
    key = key_of(account, self.region, key_id)
    return key.arn if key else self._display_arn(key_id)


def iam_resource(self: Any) -> str:
    """The role, policy or instance profile of a call, whether it is there yet or not."""
    prefix = f"arn:aws:iam::{self.current_account}"
    if self._get_param("InstanceProfileName"):
        return f"{prefix}:instance-profile/{self._get_param('InstanceProfileName')}"
    name = self._get_param("RoleName")
    if name:
        found = next((role.arn for role in self.backend.get_roles() if role.name == name), None)
        return found or f"{prefix}:role{self._get_param('Path') or '/'}{name}"
    if self._get_param("UserName"):
        return f"{prefix}:user/{self._get_param('UserName')}"
    if self._get_param("PolicyName") and not self._get_param("PolicyArn"):
        return f"{prefix}:policy/{self._get_param('PolicyName')}"
    return self._get_param("PolicyArn") or "*"


def ssm_resources(self: Any) -> list[str]:
    owner = f"{self.region}:{self.current_account}"
    if self._get_action() == "UpdateInstanceInformation":
        return [f"arn:aws:ec2:{owner}:instance/{self._get_param('InstanceId')}"]
    if self._get_action() != "SendCommand":
        return ["*"]
    instances = [f"arn:aws:ec2:{owner}:instance/{name}" for name in self._get_param("InstanceIds", [])]
    name = self._get_param("DocumentName", "")
    account = "" if name.startswith("AWS-") else self.current_account
    return [f"arn:aws:ssm:{self.region}:{account}:document/{name}", *instances]


def resolver_resource(self: Any) -> str:
    """What of a DNS firewall a call is about; none for lists of all."""
    given = json.loads(self.body or "{}")
    prefix = f"arn:aws:route53resolver:{self.region}:{self.current_account}"
    if self._get_action() == "GetFirewallConfig":
        return f"{prefix}:firewall-config/{given.get('ResourceId')}"
    if given.get("FirewallDomainListId"):
        return f"{prefix}:firewall-domain-list/{given['FirewallDomainListId']}"
    if given.get("FirewallRuleGroupId") and self._get_action() == "ListFirewallRules":
        return f"{prefix}:firewall-rule-group/{given['FirewallRuleGroupId']}"
    return "*"


def authorised(self: Any) -> str:
    """Says whose call it is; the front carries it out."""
    key = create_access_key(self.current_account, self.partition, self.access_key, dict(self.headers))
    return json.dumps({"Account": self.current_account, "Region": self.region, "Caller": key.arn})


def authorised_for_the_front(own: Any) -> Any:
    def answer(self: Any) -> Any:
        return authorised(self) if VERDICT_HEADER in self.headers else own(self)

    return answer


def install() -> None:
    for owner, operations in DESCRIBED_BY_THE_FRONT:
        for operation in operations:
            repair(owner, operation, authorised_for_the_front(getattr(owner, operation)))
    # These classes but IAM's have no such method: without it, moto takes "*".
    IamResponse._determine_resource = iam_resource
    SecretsManagerResponse._determine_resource = secret_resource
    KmsResponse._determine_resource = kms_resource
    SimpleSystemManagerResponse._determine_resource = ssm_resources
    Route53ResolverResponse._determine_resource = resolver_resource
    for operation in RUN_COMMAND:
        setattr(SimpleSystemManagerResponse, operation, authorised)
    for operation in DNS_FIREWALL:
        setattr(Route53ResolverResponse, operation, authorised)
