import { formatAddress, LinkError, parseAddress } from "@metrics-link/contract";

/** CIDR ranges of one availability zone. */
export interface ZonePlan {
  readonly zone: string;
  readonly public: string;
  readonly private: string;
}

/** Zones that there is room for from the start: a second one is added or taken away without renumbering the first. */
const roomFor = 2;

/**
 * Splits a VPC's range into equal parts, one public and one private per zone; the public ones come first.
 * @throws LinkError `CONFIGURATION_INVALID` if the range has host bits set, or if the parts would be smaller than /28,
 * AWS's minimum
 */
export function planSubnets(cidr: string, zones: readonly string[]): ZonePlan[] {
  const [network = "", length = ""] = cidr.split("/");
  const prefix = Number(length);
  const base = parseAddress(network);
  const places = Math.max(roomFor, zones.length);
  const partPrefix = prefix + Math.ceil(Math.log2(2 * places));
  if (base === undefined || !Number.isInteger(prefix) || prefix < 16 || partPrefix > 28) {
    throw new LinkError("CONFIGURATION_INVALID", {
      what: "network.cidr is not an IPv4 range of /16 or smaller that can be split into parts of at least /28",
      value: cidr,
    });
  }
  const misplaced = base % 2 ** (32 - prefix);
  if (misplaced !== 0) {
    const canonical = `${formatAddress(base - misplaced)}/${prefix}`;
    throw new LinkError("CONFIGURATION_INVALID", {
      what: "network.cidr has host bits set",
      value: cidr,
      next: `write ${canonical}`,
    });
  }
  const part = (index: number) => `${formatAddress(base + index * 2 ** (32 - partPrefix))}/${partPrefix}`;
  return zones.map((zone, index) => ({ zone, public: part(index), private: part(places + index) }));
}

/** Address of Amazon's DNS server in a VPC: the base of its range plus two (VPC user guide, "Amazon DNS server"). */
export function resolverOf(cidr: string): string {
  return formatAddress((parseAddress(cidr.split("/")[0] ?? "") ?? 0) + 2);
}
