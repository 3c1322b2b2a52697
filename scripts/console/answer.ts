/** `data` of what Prometheus' HTTP API printed. @throws Error with what it said instead */
export function dataOf(text: string, who: string, path: string): unknown {
  const answer = parsed(text);
  if (answer?.status === "success") return answer.data;
  throw new Error(`${who} refuses ${path}: ${answer?.error ?? (text.slice(0, 200) || "an empty answer")}`);
}

function parsed(
  text: string,
): { readonly status: string; readonly data?: unknown; readonly error?: string } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
