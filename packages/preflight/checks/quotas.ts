import type { Finding } from "@metrics-link/report";
import type { Answer, Evidence, EvidenceOfAny, ExchangeEvidence, Usage } from "../evidence.ts";
import { both, type Conclusion, check, fine, stops } from "../judge.ts";
import { needsOf } from "../needs.ts";

/**
 * Families that the quota "Running On-Demand Standard instances" counts together (EC2 user guide, "On-Demand Instance
 * quotas"); the others have quotas of their own.
 */
const standard = /^[acdhimrtz]\d/;

/** Whether the Elastic IP addresses of an exchange stack fit into what the account has left. */
export const exchangeQuotaFinding = (evidence: ExchangeEvidence): Finding => {
  const { addresses, addressAllocations = [] } = evidence.configuration.shows;
  return left(evidence, "addresses", evidence.quotas.addresses, addresses - addressAllocations.length);
};

/** Whether what the update makes anew fits into what the account has left. */
export function quotaFindings(evidence: Evidence): Finding[] {
  const { configuration, deployed, quotas, instanceType } = evidence;
  const needs = needsOf(configuration);
  const { region } = configuration.account;
  const { exchange, network } = configuration;
  // The exchange stack makes them where there is one, and those that were kept are there already.
  const newAddresses = exchange === undefined ? needs.addresses - (network.addressAllocations?.length ?? 0) : 0;
  return [
    left(evidence, "addresses", quotas.addresses, newAddresses),
    left(evidence, "networks", quotas.vpcs, 1),
    check(
      "quota of processors",
      "Service Quotas, EC2",
      both(both(quotas.vcpus, deployed), instanceType),
      ([usage, type]) => {
        const [{ limit, used }, has] = usage;
        const { instanceType: name } = configuration.host;
        if (has) return fine(`the stack has its own; ${used} of ${limit} vCPU in use`);
        if (type === undefined) return { severity: "not known", what: `there is no ${name} to count` };
        const quota = "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances";
        if (standard.test(name)) return room({ what: "vCPU", limit, used, needed: type.vcpus, quota, region });
        return {
          severity: "not known",
          what: `${name} is of a family with a quota of its own`,
          remedy: "look at its quota in the Service Quotas console",
        };
      },
    ),
    check("quota of rules", "Service Quotas", quotas.rules, (limit) =>
      needs.rules <= limit
        ? fine(`${needs.rules} of ${limit} rules for each security group`)
        : stops(
            `a security group would need ${needs.rules} rules, ${limit} are allowed`,
            `ask AWS for more of "Inbound or outbound rules per security group" in ${region}, or accept fewer addresses`,
          ),
    ),
  ];
}

const counted = {
  addresses: { quota: "EC2-VPC Elastic IPs", what: "Elastic IP addresses" },
  networks: { quota: "VPCs per Region", what: "VPCs" },
} as const;

function left(
  { configuration, deployed }: EvidenceOfAny,
  of: keyof typeof counted,
  usage: Answer<Usage>,
  needed: number,
): Finding {
  const { quota, what } = counted[of];
  return check(`quota of ${of}`, "Service Quotas, EC2", both(usage, deployed), ([{ limit, used }, has]) => {
    if (has) return fine(`the stack has its own; ${used} of ${limit} in use`);
    if (needed === 0) return fine(`the update makes none; ${used} of ${limit} in use`);
    return room({ what, limit, used, needed, quota, region: configuration.account.region });
  });
}

function room(of: {
  what: string;
  limit: number;
  used: number;
  needed: number;
  quota: string;
  region: string;
}): Conclusion {
  const { what, limit, used, needed, quota, region } = of;
  return used + needed <= limit
    ? fine(`${needed} more ${what}: ${used} of ${limit} in use`)
    : stops(
        `${needed} more ${what} do not fit: ${used} of ${limit} are in use`,
        `release what nobody uses, or ask AWS for more of "${quota}" in ${region}`,
      );
}
