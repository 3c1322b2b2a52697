import { matching, text } from "@metrics-link/contract";
import { z } from "zod";
import { day, key } from "./values.ts";

const prefix = "keeps-";

/**
 * What a review calls its demand that a resource stays (docs/decisions/0411). Policies cannot make it, for they never
 * see what goes; a deviation may name it like a policy.
 */
export const keepRule = (resource: string): string => `${prefix}${resource}`;

export const isKeepRule = (name: string): boolean => name.startsWith(prefix);

const why = "why the policy may be broken for now, in at least 20 characters";

const deviation = z.strictObject({
  policy: key(matching(/^[a-z][a-z0-9-]*$/, "the name of a policy, see docs/policies.md"), {
    description: "A [policy](policies.md#deviations) that may be broken for a time.",
    range: "the name of a policy",
    example: "lifetimes-are-bounded",
  }),
  // The reviewer has nothing else to judge it by.
  reason: key(text(why).min(20, { error: why }), {
    description: "Why it may be broken, for the reviewer.",
    range: "at least 20 characters",
    example: "the old leaf runs out in January",
  }),
  until: key(day("the last day on which it counts, such as 2027-01-31"), {
    description: "The last day on which it counts, UTC. Afterwards the policy stops updates again.",
    range: "a day",
    example: "2027-01-31",
  }),
});

export const policy = z
  .strictObject({
    addressAllocations: key(
      z
        .array(
          matching(/^eipalloc-[0-9a-f]+$/, "the allocation id of an Elastic IP, such as eipalloc-0123456789abcdef0"),
          { error: "a list of allocation ids" },
        )
        .min(1, { error: "at least one allocation id, or leave the key out" })
        .optional(),
      {
        description:
          "Allocation ids of the Elastic IPs that the peers were told of. Once set, the stack must have exactly these: see [policies](policies.md).",
        range: "at least one allocation id",
        example: '["eipalloc-0984b9726dc286d7c"]',
      },
    ),
    /** Policies that may be broken for a time, each with a reason. */
    deviations: z.array(deviation, { error: "a list of deviations" }).default([]),
  })
  .prefault({});
