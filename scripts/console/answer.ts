import { z } from "zod";

const schema = z.object({ status: z.string(), data: z.unknown().optional(), error: z.string().optional() });

/** `data` of an answer of Prometheus' HTTP API. @throws Error with its own error */
export function dataOf(text: string, who: string, path: string): unknown {
  const answer = parsed(text);
  if (answer?.status === "success") return answer.data;
  throw new Error(`${who} refuses ${path}: ${answer?.error ?? (text.slice(0, 200) || "an empty answer")}`);
}

function parsed(text: string): z.output<typeof schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
