import type { Deviation } from "@metrics-link/audit";
import { configurationNamespace } from "@metrics-link/config";
import { parse } from "yaml";
import { z } from "zod";

const deviation = z.object({
  policy: z.string(),
  reason: z.string().default("no reason is given"),
  until: z.union([z.string(), z.date().transform((date) => date.toISOString().slice(0, 10))]).optional(),
});
const section = z.object({ deviations: z.array(deviation).default([]) });
const stackFile = z.object({
  config: z.record(z.string(), z.unknown()).default({}),
});

/** Deviations from policies that a stack's file declares under `policy.deviations`. */
export function deviationsIn(stackText: string): Deviation[] {
  const { config } = stackFile.parse(parse(stackText));
  const { deviations } = section.parse(config[`${configurationNamespace}:policy`] ?? {});
  return deviations.map(({ policy, reason, until }) => ({ policy, reason, until }));
}
