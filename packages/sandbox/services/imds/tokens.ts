/** Session tokens of IMDSv2: good for one instance and for the seconds that it asked for. */
import { randomBytes } from "node:crypto";

/** EC2's longest token life: six hours. */
const longestTokenSeconds = 21_600;

export class TokenStore {
  readonly #tokens = new Map<string, { readonly instanceId: string; readonly expires: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  issue(instanceId: string, seconds: number): string {
    for (const [token, { expires }] of this.#tokens) if (expires <= this.#now()) this.#tokens.delete(token);
    const token = randomBytes(40).toString("base64url");
    this.#tokens.set(token, { instanceId, expires: this.#now() + seconds * 1000 });
    return token;
  }

  valid(instanceId: string, token: string): boolean {
    const known = this.#tokens.get(token);
    return known !== undefined && known.instanceId === instanceId && known.expires > this.#now();
  }
}

/** The requested life of a token in seconds, undefined if the header is absent or out of bounds. */
export function tokenSeconds(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,5}$/.test(header)) return undefined;
  const seconds = Number(header);
  return seconds >= 1 && seconds <= longestTokenSeconds ? seconds : undefined;
}
