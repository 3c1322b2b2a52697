"""What AWS has before anybody makes anything, and what it says of it: the catalogue's images and endpoint services, quotas of
EC2, the default key of volumes. moto has other images, no such services, quotas of VPC alone, and no default key."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import amis, vpcs
from moto.ec2.responses.settings import Settings
from moto.servicequotas.models import ServiceQuotasBackend

DEBIAN = "136693071363"
# Service Quotas' own names; the values are AWS' defaults for a new account.
EC2_QUOTAS = {
    "L-0263D0A3": ("EC2-VPC Elastic IPs", 5.0),
    "L-1216C47A": ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5.0),
}

quota_of_vpc = ServiceQuotasBackend.get_service_quota


def quota(self: Any, service_code: str, quota_code: str) -> dict[str, Any]:
    if service_code != "ec2" or quota_code not in EC2_QUOTAS:
        return quota_of_vpc(self, service_code, quota_code)
    name, value = EC2_QUOTAS[quota_code]
    return {"ServiceCode": "ec2", "QuotaCode": quota_code, "QuotaName": name, "Value": value}


def default_key(self: Any) -> ActionResult:
    """The AWS managed key, under the alias that EC2 tells until somebody sets another."""
    return ActionResult({"KmsKeyId": "alias/aws/ebs"})


def image(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "ami_id": found["id"],
        "name": found["name"],
        "architecture": found["architecture"],
        "owner_id": DEBIAN,
        "public": True,
        "root_device_name": found["rootDeviceName"],
        "root_device_type": "ebs",
        "virtualization_type": "hvm",
        "boot_mode": "uefi-preferred",
        "creation_date": found["created"],
    }


def service(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "AcceptanceRequired": found["acceptanceRequired"],
        "AvailabilityZones": found["zones"],
        "BaseEndpointDnsNames": [found["name"]],
        "ManagesVpcEndpoints": False,
        "Owner": "333333333333",
        "PrivateDnsName": found["privateDnsName"],
        "PrivateDnsNameVerificationState": "verified",
        "PrivateDnsNames": [{"PrivateDnsName": found["privateDnsName"]}],
        "ServiceId": found["name"].rsplit(".", 1)[-1],
        "ServiceName": found["name"],
        "ServiceType": [{"ServiceType": "Interface"}],
        "Tags": [],
        "VpcEndpointPolicySupported": False,
    }


def install(given: dict[str, Any]) -> None:
    amis.AMIS[:] = [image(found) for found in given["images"]]
    amis.Ami.ena_support = True
    ServiceQuotasBackend.get_service_quota = quota
    Settings.get_ebs_default_kms_key_id = default_key
    own = [service(found) for found in given["endpointServices"]]
    collect = vpcs.VPCBackend._collect_default_endpoint_services

    def with_own(account_id: str, region: str) -> list[dict[str, Any]]:
        return [*collect(account_id, region), *own]

    vpcs.VPCBackend._collect_default_endpoint_services = staticmethod(with_own)
