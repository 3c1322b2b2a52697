import { accepted, type Rule, repeated } from "./rule.ts";

/** The partition of a region (AWS General Reference, "Amazon Resource Names"). */
function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

const arns = ["assumeRole", "permissionsBoundary"] as const;

export const accountRules = {
  arnsOfThisAccount: {
    keys: ["account.id", "account.assumeRole", "account.permissionsBoundary"],
    says: "Role and policy are of this account.",
    *broken({ account }) {
      for (const name of arns) {
        const owner = account?.[name]?.split(":")[4];
        if (owner === undefined || account?.id === undefined || owner === account.id) continue;
        yield { path: ["account", name], remedy: `an ARN of account ${account.id}` };
      }
    },
  },
  arnsOfThisPartition: {
    keys: ["account.region", "account.assumeRole", "account.permissionsBoundary"],
    says: "Role and policy are of the region's partition: `aws`, `aws-cn` or `aws-us-gov`.",
    *broken({ account }) {
      for (const name of arns) {
        const partition = account?.[name]?.split(":")[1];
        if (partition === undefined || account?.region === undefined) continue;
        const wanted = partitionOf(account.region);
        if (partition === wanted) continue;
        yield {
          path: ["account", name],
          remedy: `an ARN that begins with arn:${wanted}:, as ${account.region} has it`,
        };
      }
    },
  },
  sessionsOfARole: {
    keys: ["account.assumeRole", "account.externalId", "account.sessionName", "account.sessionDuration"],
    says: "External id, name and duration of a session need a role to assume.",
    *broken({ account }) {
      if (account === undefined || account.assumeRole !== undefined) return;
      for (const name of ["externalId", "sessionName", "sessionDuration"] as const) {
        if (account[name] === undefined) continue;
        yield { path: ["account", name], remedy: "no such key without account.assumeRole: remove it, or set that" };
      }
    },
  },
  addressesOfTheRole: {
    keys: ["role", "shows.role", "policy.addressAllocations"],
    says: "A sender leaves by one Elastic IP; a receiver has one in each of its two zones.",
    *broken({ role: own, shows, policy }) {
      const role = own === "exchange" ? shows?.role : own;
      const found = policy?.addressAllocations;
      if (role === undefined || found === undefined) return;
      const wanted = role === "sender" ? 1 : 2;
      if (found.length === wanted) return;
      yield {
        path: ["policy", "addressAllocations"],
        remedy: `${wanted === 1 ? "one allocation id" : "two allocation ids"}: a ${role} has exactly as many Elastic IPs`,
      };
    },
  },
  oneDeviationOfAPolicy: {
    keys: ["policy.deviations[].policy"],
    says: "Each policy has one deviation at most.",
    *broken({ policy }) {
      const names = accepted(policy?.deviations).flatMap(([index, { policy: name }]) =>
        name === undefined ? [] : [[index, name] as const],
      );
      for (const index of repeated(names)) {
        yield { path: ["policy", "deviations", index, "policy"], remedy: "one deviation for each policy" };
      }
    },
  },
} satisfies Record<string, Rule>;
