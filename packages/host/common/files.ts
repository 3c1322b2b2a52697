import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { LinkError, printableLines } from "@metrics-link/contract";
import * as z from "zod/mini";

/** Replaces a file so that after a power cut it holds either the old text or the new one. */
export async function writeDurably(file: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const handle = await open(fresh, "w", mode);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}

/**
 * Parses JSON that crossed a boundary: a file, an HTTP answer, a program's output. Not for secrets: errors quote the text.
 * @param subject what the text is, for error messages
 * @throws LinkError `JSON_INVALID` naming the subject and every key that is wrong
 */
export function parseJson<Schema extends z.core.$ZodType>(schema: Schema, text: string, subject: string) {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new LinkError("JSON_INVALID", { what: `${subject} is not JSON`, value: text.slice(0, 80), cause });
  }
  const result = z.safeParse(schema, raw);
  if (result.success) return result.data;
  throw new LinkError("JSON_INVALID", { what: `${subject}: ${printableLines(z.prettifyError(result.error))}` });
}
