import { LinkError } from "@metrics-link/contract";
import { z } from "zod";

const schema = z.object({ status: z.string(), data: z.unknown().optional(), error: z.string().optional() });

/** `data` of an answer of Prometheus' HTTP API. @throws LinkError API_ERROR with its own message */
export function dataOf(text: string, who: string, path: string): unknown {
  const answer = parsed(text);
  if (answer?.status === "success") return answer.data;
  throw new LinkError("API_ERROR", {
    what: `${who} refuses ${path}: ${answer?.error ?? (text.slice(0, 200) || "an empty answer")}`,
  });
}

function parsed(text: string): z.output<typeof schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
