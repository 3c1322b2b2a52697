import { LinkError, parseJson } from "@metrics-link/contract";
import { z } from "zod";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
  delete: z.boolean().default(false),
});
const exported = z.object({ deployment: z.object({ resources: z.array(resource).default([]) }) });

/** A resource of a stack's state. */
export type Resource = z.output<typeof resource>;

/** The resources in `pulumi stack export`, without those that wait for their deletion. @throws LinkError JSON_INVALID */
export function resourcesIn(json: string): readonly Resource[] {
  return parseJson(exported, json, "the exported state").deployment.resources.filter((one) => !one.delete);
}

/** A value of the state that is a string. @throws LinkError STATE_INVALID */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new LinkError("STATE_INVALID", { what: "the state has a wrong value where a string is expected", value });
}
