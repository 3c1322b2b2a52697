import type { Ask } from "@metrics-link/console";

const timeoutMilliseconds = 30_000;

/** Asks the Prometheus at an address, for example http://127.0.0.1:9090. */
export const askAt =
  (base: URL): Ask =>
  async (path, parameters) => {
    const query = new URLSearchParams(parameters);
    const address = new URL(`${base.pathname.replace(/\/$/, "")}/api/v1/${path}?${query}`, base);
    const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMilliseconds) }).catch(
      (error: Error) => {
        throw new Error(`${base.origin} does not answer: ${reasonOf(error)}`);
      },
    );
    const text = await response.text();
    const answer = parsed(text);
    if (answer?.status === "success") return answer.data;
    throw new Error(`${base.origin} refuses ${path}: ${response.status} ${answer?.error ?? text.slice(0, 200)}`);
  };

/** What fetch keeps behind "fetch failed". */
const reasonOf = ({ message, cause }: Error) => (cause instanceof Error && cause.message ? cause.message : message);

function parsed(
  text: string,
): { readonly status: string; readonly data?: unknown; readonly error?: string } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
