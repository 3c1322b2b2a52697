import { partitionOf } from "../account.ts";
import { accepted, type Rule, repeated } from "./rule.ts";

const arns = ["assumeRole", "permissionsBoundary", "snapshotRole"] as const;

export const accountRules = {
  arnsOfThisAccount: {
    keys: ["account.id", "account.assumeRole", "account.permissionsBoundary", "account.snapshotRole"],
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
    keys: ["account.region", "account.assumeRole", "account.permissionsBoundary", "account.snapshotRole"],
    says: "Role and policy are of the region's partition: `aws` or `aws-us-gov`.",
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
    keys: [
      ...["role", "shows.role", "shows.addresses", "network.zones"],
      ...["policy.addressAllocations", "network.addressAllocations", "shows.addressAllocations"],
    ],
    says: "A sender leaves by one Elastic IP; a receiver has one in each of its zones.",
    *broken({ role: own, shows, policy, network }) {
      const role = own === "exchange" ? shows?.role : own;
      const ofReceiver = own === "exchange" ? shows?.addresses : network?.zones?.length;
      const wanted = role === "sender" ? 1 : ofReceiver;
      if (role === undefined || wanted === undefined) return;
      for (const [section, found] of Object.entries({ policy, network, shows })) {
        const { addressAllocations: ids } = found ?? {};
        if (ids === undefined || ids.length === wanted) continue;
        yield {
          path: [section, "addressAllocations"],
          remedy: `${wanted === 1 ? "one allocation id" : "two allocation ids"}: this ${role} has exactly as many Elastic IPs`,
        };
      }
    },
  },
  addressesOfOneStack: {
    keys: ["exchange", "network.addressAllocations"],
    says: "With an exchange stack, that stack takes over Elastic IPs, by its key `shows.addressAllocations`.",
    *broken({ exchange, network }) {
      if (exchange === undefined || network?.addressAllocations === undefined) return;
      yield { path: ["network", "addressAllocations"], remedy: `none: ${exchange} has the Elastic IPs` };
    },
  },
  adoptedArePinned: {
    keys: ["policy.addressAllocations", "network.addressAllocations", "shows.addressAllocations"],
    says: "Elastic IPs that are taken over are those that `policy.addressAllocations` names, if it names any.",
    *broken({ policy, network, shows }) {
      const pinned = policy?.addressAllocations;
      if (pinned === undefined) return;
      for (const [section, found] of Object.entries({ network, shows })) {
        for (const [index, id] of accepted(found?.addressAllocations)) {
          if (pinned.includes(id)) continue;
          yield {
            path: [section, "addressAllocations", index],
            remedy: `one of policy.addressAllocations: ${pinned.join(", ")}`,
          };
        }
      }
    },
  },
  oneOriginOfTheData: {
    keys: ["host.dataVolumeId", "host.dataVolumeSnapshotId"],
    says: "A data volume is taken over or made from a snapshot, not both.",
    *broken({ host }) {
      if (host?.dataVolumeId === undefined || host.dataVolumeSnapshotId === undefined) return;
      yield {
        path: ["host", "dataVolumeSnapshotId"],
        remedy: `none: the stack takes over ${host.dataVolumeId}, which has its data. One of the two keys goes`,
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
