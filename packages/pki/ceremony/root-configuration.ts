import { configurationOf } from "@metrics-link/config";
import { z } from "zod";

/** Namespace of the configuration keys on the medium. */
export const rootNamespace = "metrics-link-root";

const generation = z.int().min(1).max(9999);

const schema = z.strictObject({
  organization: z.string().min(1),
  roots: z.array(z.strictObject({ generation, years: z.int().min(1).max(30) })).min(1),
  /** What the roots have signed. Keep an entry while its certificate may be in use. */
  signed: z
    .array(
      z.strictObject({
        generation,
        /** The root that signs. */
        root: generation,
        years: z.int().min(1).max(15),
        /** PEM of the certificate request. */
        request: z.string(),
      }),
    )
    .default([]),
});

export type RootConfiguration = z.output<typeof schema>;

/** @param config every key as Pulumi passes it: `namespace:key`, objects as JSON. @throws ZodError */
export function parseRootConfiguration(config: Readonly<Record<string, string>>): RootConfiguration {
  return schema.parse(configurationOf(rootNamespace, config));
}
