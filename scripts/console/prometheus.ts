import type { Ask } from "@metrics-link/console";
import { LinkError } from "@metrics-link/contract";
import { wrongValue } from "../stack/command-line.ts";
import { dataOf } from "./answer.ts";

const timeoutMilliseconds = 30_000;

/** The address that `--url` names. @throws UsageError */
export function addressOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && ["http:", "https:"].includes(url.protocol)) return url;
  throw wrongValue("--url", text, "an address like http://127.0.0.1:9090");
}

/** Queries the Prometheus at an address, for example http://127.0.0.1:9090. */
export const askAt =
  (base: URL): Ask =>
  async (path, parameters) => {
    const query = new URLSearchParams(parameters);
    const address = new URL(`${base.pathname.replace(/\/$/, "")}/api/v1/${path}?${query}`, base);
    const text = await textAt(address).catch((error: Error) => {
      throw new LinkError("API_ERROR", { what: `${base.origin} does not answer: ${reasonOf(error)}`, cause: error });
    });
    return dataOf(text, base.origin, path);
  };

async function textAt(address: URL): Promise<string> {
  const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMilliseconds) });
  return await response.text();
}

/** The cause that fetch hides behind "fetch failed". */
const reasonOf = ({ message, cause }: Error) => (cause instanceof Error && cause.message ? cause.message : message);
