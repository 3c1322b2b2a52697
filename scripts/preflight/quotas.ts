import {
  DescribeAddressesCommand,
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeInstanceTypes,
  paginateDescribeVpcs,
} from "@aws-sdk/client-ec2";
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { LinkError } from "@metrics-link/contract";
import type { Evidence, EvidenceOfAny } from "@metrics-link/preflight";
import type { ClientConfiguration } from "../audit/aws.ts";
import { part } from "../audit/part.ts";

/** Codes of Service Quotas, the same in every account and region (its console, "Quota code"). */
const codes = {
  addresses: { ServiceCode: "ec2", QuotaCode: "L-0263D0A3" },
  vcpus: { ServiceCode: "ec2", QuotaCode: "L-1216C47A" },
  vpcs: { ServiceCode: "vpc", QuotaCode: "L-F678F1CE" },
  rules: { ServiceCode: "vpc", QuotaCode: "L-0EA8095F" },
} as const;

/** How much of a quota is left. */
const usageIn = (clients: ClientConfiguration) => {
  const limit = limitIn(clients);
  return (name: keyof typeof codes, used: () => Promise<number>) =>
    part(async () => {
      const [most, now] = await Promise.all([limit(name), used()]);
      return { limit: most, used: now };
    });
};

function limitIn(clients: ClientConfiguration) {
  const quotas = new ServiceQuotasClient(clients);
  return async (name: keyof typeof codes) => {
    const { Quota: quota } = await quotas.send(new GetServiceQuotaCommand(codes[name]));
    if (quota?.Value !== undefined) return quota.Value;
    throw new LinkError("API_ERROR", { what: `Service Quotas tells no value of ${codes[name].QuotaCode}` });
  };
}

/** What the account has left of Elastic IP addresses. */
export const addressesLeft = (clients: ClientConfiguration): Promise<EvidenceOfAny["quotas"]["addresses"]> =>
  usageIn(clients)("addresses", async () => {
    const { Addresses = [] } = await new EC2Client(clients).send(new DescribeAddressesCommand());
    return Addresses.length;
  });

/** What the account has left of the quotas that a stack with a host takes from. */
export async function quotasOf(clients: ClientConfiguration): Promise<Evidence["quotas"]> {
  const ec2 = new EC2Client(clients);
  const usage = usageIn(clients);
  const [addresses, vpcs, vcpus, rules] = await Promise.all([
    addressesLeft(clients),
    usage("vpcs", async () => {
      let used = 0;
      for await (const { Vpcs = [] } of paginateDescribeVpcs({ client: ec2 }, {})) used += Vpcs.length;
      return used;
    }),
    usage("vcpus", () => runningVcpus(ec2)),
    part(() => limitIn(clients)("rules")),
  ]);
  return { addresses, vpcs, vcpus, rules };
}

/**
 * Virtual CPUs of on-demand instances that run, by what their types have: who switched some of them off is counted too high.
 * Those of other families count too, which is also rather too many than too few.
 */
async function runningVcpus(ec2: EC2Client): Promise<number> {
  const running = { Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }] };
  const types: string[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2 }, running)) {
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    types.push(...instances.filter((one) => one.InstanceLifecycle !== "spot").flatMap((one) => one.InstanceType ?? []));
  }
  const vcpus = new Map<string, number>();
  const names = { Filters: [{ Name: "instance-type", Values: [...new Set(types)] }] };
  if (types.length === 0) return 0;
  for await (const { InstanceTypes = [] } of paginateDescribeInstanceTypes({ client: ec2 }, names)) {
    for (const { InstanceType = "", VCpuInfo } of InstanceTypes) vcpus.set(InstanceType, VCpuInfo?.DefaultVCpus ?? 0);
  }
  return types.reduce((sum, type) => {
    const own = vcpus.get(type);
    if (!own) throw new LinkError("API_ERROR", { what: `EC2 does not tell how many vCPUs ${type} has` });
    return sum + own;
  }, 0);
}
