import type { HandshakeLine } from "@metrics-link/release";

/** What a refusal is about. The first that fits counts; who makes noise of one kind hides nothing of another. */
const kinds: readonly (readonly [name: string, fits: (line: HandshakeLine) => boolean])[] = [
  [
    "a rightful certificate at a wrong address",
    (line) => line.filter_chain === "elsewhere" && line.peer_sha256 != null,
  ],
  [
    "an address of nobody's",
    ({ details, filter_chain }) => details === "filter_chain_not_found" || filter_chain === "elsewhere",
  ],
  ["the other end was not trusted", ({ upstream_failure }) => upstream_failure != null],
  ["a certificate that is not trusted", ({ tls_failure }) => /verif/i.test(String(tls_failure))],
  ["no certificate", ({ tls_failure }) => /certificate/i.test(String(tls_failure))],
  ["no TLS that is spoken here", () => true],
];

/** Of one kind; more are counted together. */
const mostGroups = 12;
const longest = 200;

interface Group {
  readonly newest: HandshakeLine;
  count: number;
  first: string;
}

/**
 * Refusals by kind, source and reason, in bounded memory however many lines there are: an attacker's ten thousand are
 * one entry with a number, and what came before them is still there.
 */
export class Refusals {
  readonly #groups = kinds.map(() => new Map<string, Group>());
  readonly #beyond = kinds.map(() => 0);

  /** @param line the next one, from the newest to the oldest */
  add(line: HandshakeLine): void {
    const kind = kinds.findIndex(([, fits]) => fits(line));
    const groups = this.#groups[kind];
    if (groups === undefined) return;
    const key = [addressOf(line), line.filter_chain, reasonOf(line)].join(" ");
    const known = groups.get(key);
    if (known) {
      known.count += 1;
      known.first = String(line.start ?? "");
    } else if (groups.size < mostGroups) {
      groups.set(key, { newest: shortened(line), count: 1, first: String(line.start ?? "") });
    } else this.#beyond[kind] = (this.#beyond[kind] ?? 0) + 1;
  }

  /** The newest line of each group, with how many there are and when the first was; the kinds that matter most first. */
  lines(): HandshakeLine[] {
    return this.#groups.flatMap((groups, kind) =>
      [...groups.values()].map(({ newest, count, first }) => ({
        ...newest,
        kind: kinds[kind]?.[0] ?? "",
        count,
        first,
      })),
    );
  }

  /** What was counted and not kept. */
  cut(): string[] {
    return this.#beyond.flatMap((count, kind) =>
      count === 0 ? [] : [`${count} more refused for ${kinds[kind]?.[0]}, from other sources or for other reasons`],
    );
  }
}

/** Without the port, which is another one each time. */
const addressOf = ({ source, upstream }: HandshakeLine) => String(source ?? upstream ?? "").replace(/:\d+$/, "");

const reasonOf = ({ tls_failure, upstream_failure, details, status }: HandshakeLine) =>
  String(tls_failure ?? upstream_failure ?? details ?? status ?? "").slice(0, longest);

const shortened = (line: HandshakeLine): HandshakeLine =>
  Object.fromEntries(
    Object.entries(line).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, longest) : value]),
  );
