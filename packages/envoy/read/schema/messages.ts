import { z } from "zod";

/** A whole number within bounds; JSON of protocol buffers would round others, or refuse them, as the parser likes. */
export const whole = (least: number, most: number) => z.int().min(least).max(most);

/** A name of ours in counters and files. */
export const name = z.string().regex(/^[a-z][a-z0-9-]*$/);

export const dnsName = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/);

/** `google.protobuf.Any` in JSON: the fields beside the type. @param message the type's full name */
export const any = <Shape extends z.ZodRawShape>(message: string, shape: Shape) =>
  z.strictObject({ "@type": z.literal(`type.googleapis.com/${message}`), ...shape });

/**
 * An extension: its type is that of its configuration, whatever its name says. Envoy goes by the type as well, and uses
 * the name for counters and messages; one that does not fit misleads whoever reads it.
 */
export const extension = <Shape extends z.ZodRawShape>(called: string, message: string, shape: Shape) =>
  z.strictObject({ name: z.literal(called), typed_config: any(`envoy.extensions.${message}`, shape) });

/** Another schema by what a value says of itself, with findings that go as deep as that schema's. */
export function byField(field: string, known: (text: string) => z.ZodType | undefined) {
  // Making a schema takes longer than using it.
  const made = new Map<string, z.ZodType | undefined>();
  const schemaFor = (text: string) => {
    if (!made.has(text)) made.set(text, known(text));
    return made.get(text);
  };
  return z.unknown().superRefine((value, context) => {
    const said = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[field] : undefined;
    const schema = typeof said === "string" ? schemaFor(said) : undefined;
    if (schema === undefined) {
      context.addIssue({ code: "custom", path: [field], message: "none that is known here" });
      return;
    }
    for (const issue of schema.safeParse(value).error?.issues ?? []) context.addIssue({ ...issue } as never);
  });
}

/** envoy.config.core.v3.Address: one of the two. Where it leads is for the rules. */
export const address = z
  .strictObject({
    socket_address: z.strictObject({ address: z.string(), port_value: whole(1, 65_535) }).optional(),
    pipe: z.strictObject({ path: z.string(), mode: whole(0, 0o777).optional() }).optional(),
  })
  .refine((value) => Object.keys(value).length === 1, { error: "one of socket_address and pipe" });

/** 32 KiB, as the best practices for edge proxies ask. */
export const bufferBytes = z.literal(32_768);
