import { dnsName, stackName } from "@metrics-link/contract";
import { z } from "zod";
import { account } from "./account.ts";
import { policy } from "./policy.ts";
import { allocationIds, integer, key, path } from "./values.ts";

/**
 * What an account shows its peers (docs/decisions/0720): the keys of an exchange stack. It has no host, so it has no
 * network, no Prometheus and no secret.
 */
export const exchange = z.strictObject({
  role: key(z.literal("exchange"), {
    description: "That this stack holds what the account shows its peers.",
    range: "`exchange`",
    example: "exchange",
    affects: "which keys there are",
  }),
  account: account.omit({ permissionsBoundary: true, snapshotRole: true }),
  shows: z
    .strictObject({
      role: key(z.enum(["sender", "receiver"], { error: "sender or receiver, the role of the stack with the host" }), {
        description: "The role of the stack that has the host.",
        example: "sender",
        affects: "how many Elastic IPs there may be: one for a sender, up to two for a receiver",
      }),
      addresses: key(integer(1, 2, "as the number of its Elastic IPs").default(1), {
        description: "How many Elastic IPs there are: as many as a receiver has zones, and one for a sender.",
        example: "2",
        affects: "`network.zones` of the stack with the host",
      }),
      stack: key(stackName, {
        description:
          "The stack with the host, in the same account. What it has put in force is what its peers are shown.",
        range: "`organization/project/stack`",
        example: "organization/metrics-link/production-sender",
      }),
      addressAllocations: key(allocationIds(), {
        description:
          "Elastic IPs that an earlier stack of this account left, by their allocation ids: this stack takes them over instead of allocating others; see [coming back](deploy.md#coming-back).",
        range: "one allocation id for a sender, as many as `shows.addresses` for a receiver",
        fallback: "new ones",
        example: '["eipalloc-0984b9726dc286d7c"]',
      }),
    })
    .refine(({ role, addresses }) => role === "receiver" || addresses === 1, {
      path: ["addresses"],
      error: "1 or no such key: a sender leaves by one Elastic IP",
    }),
  pki: z.strictObject({
    dnsName: key(dnsName, {
      description: "The name in the leaf, as `pki.dnsName` of the stack with the host; shown until that stack has one.",
      range: "lower case, at least one dot, no wildcard",
      example: "metrics-sender.account-a.internal",
    }),
    artefacts: key(path("folder"), {
      description:
        "The folder with the root certificates of the ceremony, as `pki.artefacts` of the stack with the host.",
      range: "a folder",
      example: "pki/account-a",
    }),
    roots: key(
      z
        .array(integer(1, 9999, "as the number of a generation"), { error: "a list of generation numbers" })
        .min(1, { error: "at least one root" })
        .max(4, { error: "at most four: the peer pins four roots" })
        .refine((list) => new Set(list).size === list.length, { error: "each root once" })
        .default([1]),
      {
        description: "Generations of the roots that are shown until the stack with the host shows its own.",
        range: "one to four, each once",
        example: "[1]",
      },
    ),
  }),
  policy,
});

export type ExchangeConfiguration = z.output<typeof exchange>;
