import { matching } from "@metrics-link/contract";
import { z } from "zod";
import { allocationIds, day, key, list } from "./values.ts";

const prefix = "keeps-";

/**
 * What a review calls its demand that a resource stays (docs/decisions/0411). Policies cannot make it, for they never
 * see what goes; a deviation may name it like a policy.
 */
export const keepRule = (resource: string): string => `${prefix}${resource}`;

export const isKeepRule = (name: string): boolean => name.startsWith(prefix);

const why = "why the policy may be broken for now: 20 to 1000 characters, without control characters";

const deviation = z.strictObject({
  policy: key(matching(/^[a-z][a-z0-9-]{0,60}$/, "the name of a policy, see docs/policies.md"), {
    description: "A [policy](policies.md#deviations) that may be broken for a time.",
    range: "the name of a policy",
    example: "lifetimes-are-bounded",
  }),
  // The reviewer has nothing else to judge it by.
  reason: key(matching(/^(?=.{20,1000}$)\S[^\p{C}]*\S$/u, why), {
    description: "Why it may be broken, for the reviewer.",
    range: "20 to 1000 characters",
    example: "the old leaf runs out in January",
  }),
  until: key(day("the last day on which it counts, such as 2027-01-31"), {
    description: "The last day on which it counts, UTC. Afterwards the policy stops updates again.",
    range: "a day",
    bound: { policy: "deviations-are-written", parameter: "days", says: "at most * days from now" },
    example: "2027-01-31",
  }),
});

export const policy = z
  .strictObject({
    addressAllocations: key(allocationIds(), {
      description:
        "Allocation ids of the Elastic IPs that the peers were told of. Once set, the stack must have exactly these: see [policies](policies.md).",
      range: "one allocation id at a sender, one for each zone at a receiver",
      example: '["eipalloc-0984b9726dc286d7c"]',
    }),
    /** Policies that may be broken for a time, each with a reason. */
    deviations: list(deviation, 100, "deviations").default([]),
  })
  .prefault({});
