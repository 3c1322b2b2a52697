import { z } from "zod";

/** A whole number within bounds; parsers of protocol buffers' JSON round or reject others, each in its own way. */
export const whole = (least: number, most: number) => z.int().min(least).max(most);

/** A name used in counters and file names. */
export const name = z.string().regex(/^[a-z][a-z0-9-]*$/);

export const dnsName = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/);

/** `google.protobuf.Any` in JSON: the fields are beside `@type`. @param message the type's full name */
export const any = <Shape extends z.ZodRawShape>(message: string, shape: Shape) =>
  z.strictObject({ "@type": z.literal(`type.googleapis.com/${message}`), ...shape });

/**
 * An extension. The type of its configuration decides what it does; Envoy uses the name only for counters and messages, so
 * a name that does not match the type misleads readers.
 */
export const extension = <Shape extends z.ZodRawShape>(called: string, message: string, shape: Shape) =>
  z.strictObject({ name: z.literal(called), typed_config: any(`envoy.extensions.${message}`, shape) });

/** Selects a schema by a field's value, and reports that schema's issues at their own paths. */
export function byField(field: string, known: (text: string) => z.ZodType | undefined) {
  // Building a schema takes longer than using it.
  const made = new Map<string, z.ZodType | undefined>();
  const schemaFor = (text: string) => {
    if (!made.has(text)) made.set(text, known(text));
    return made.get(text);
  };
  return z.unknown().superRefine((value, context) => {
    const said = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[field] : undefined;
    const schema = typeof said === "string" ? schemaFor(said) : undefined;
    if (schema === undefined) {
      context.addIssue({ code: "custom", path: [field], message: "not in the allow-list" });
      return;
    }
    for (const issue of schema.safeParse(value).error?.issues ?? []) context.addIssue({ ...issue } as never);
  });
}

/** envoy.config.core.v3.Address: one of the two. The rules check where it leads. */
export const address = z
  .strictObject({
    socket_address: z.strictObject({ address: z.string(), port_value: whole(1, 65_535) }).optional(),
    pipe: z.strictObject({ path: z.string(), mode: whole(0, 0o777).optional() }).optional(),
  })
  .refine((value) => Object.keys(value).length === 1, { error: "one of socket_address and pipe" });

/** 32 KiB, as Envoy's best practices for edge proxies ask. */
export const bufferBytes = z.literal(32_768);
