import type { HandshakeLine } from "@metrics-link/release";
import { z } from "zod";
import { commandFailed, type Effects } from "../effects.ts";

const unit = "metrics-link-envoy.service";
const daysBack = 7;
/** The newest requests; a working link logs one every few seconds, and a stranger none. */
const linesForAccepted = 500;
/** Enough for the refusals of a week: some hundred thousand lines. */
const timeoutMs = 20_000;

/** The fields of a line that identify a peer and the outcome. */
const keptFields = [
  "type",
  "start",
  "source",
  "filter_chain",
  "tls_version",
  "peer_subject",
  "peer_issuer",
  "peer_san",
  "peer_serial",
  "peer_sha256",
  "peer_not_after",
  "tls_failure",
  "status",
  "details",
  "upstream",
  "upstream_subject",
  "upstream_san",
  "upstream_failure",
  "upstream_not_after",
  "upstream_tls_version",
] as const;

/**
 * A refusal in Envoy's access log: a handshake that failed at either end, no filter chain for the address, or a valid
 * certificate from the wrong address.
 */
const refusal = '"(tls_failure|upstream_failure)":"|"details":"filter_chain_not_found"|"filter_chain":"elsewhere"';

/**
 * The last handshakes in Envoy's access log: the newest accepted one of each peer, and all refused ones of a week, grouped.
 * What the load balancer's security group drops reaches no host and is not included.
 */
export async function lastHandshakes({ eachLine, now }: Pick<Effects, "eachLine" | "now">) {
  const wanted = new Date(now() - daysBack * 86_400_000).toISOString();
  const journal = async (take: (line: string) => void, ...options: readonly string[]) => {
    const argv = ["journalctl", "--output=cat", "--no-pager", `--since=@${Math.floor(Date.parse(wanted) / 1000)}`];
    const { code, errors, cut } = await eachLine([...argv, ...options], take, { timeoutMs });
    // journalctl exits with 1 when nothing matches.
    if (!cut && code !== 0 && errors.trim() !== "" && !errors.includes("-- No entries --")) {
      throw commandFailed("journalctl failed", { code, output: errors.trim().slice(0, 200) });
    }
    return cut;
  };
  const ofEnvoy = [`--unit=${unit}`, "--reverse"];

  const byPeer = new Map<string, HandshakeLine>();
  await journal(
    (text) => {
      const line = parsed(text);
      if (line === undefined || isRefused(line) || (line.peer_sha256 ?? line.upstream_san) == null) return;
      const peer = String(line.filter_chain ?? line.upstream ?? "");
      if (!byPeer.has(peer)) byPeer.set(peer, line);
    },
    ...ofEnvoy,
    `--lines=${linesForAccepted}`,
    '--grep="type":"request"',
  );

  const refusals = new Refusals();
  let oldest = "";
  const unread = await journal(
    (text) => {
      const line = parsed(text);
      if (line === undefined) return;
      refusals.add(line);
      oldest = String(line.start ?? oldest);
    },
    ...ofEnvoy,
    `--grep=${refusal}`,
  );

  // journald drops lines of a unit that logs too many, and logs that it did.
  const suppressed: string[] = [];
  await journal(
    (text) => suppressed.push(text.slice(0, 200)),
    "--unit=systemd-journald.service",
    "--lines=5",
    `--grep=Suppressed [0-9]+ messages from ${unit.replaceAll(".", "\\.")}`,
  );
  return {
    since: await laterOf(wanted, eachLine),
    accepted: [...byPeer.values()],
    refused: refusals.lines(),
    cut: [
      ...refusals.cut(),
      ...(unread
        ? [`reading the log timed out after ${timeoutMs / 1000} s: lines older than ${oldest} are missing`]
        : []),
      ...suppressed.map((text) => `journald dropped lines: ${text}`),
    ],
  };
}

/** The journal may begin later than the time that was asked for. */
async function laterOf(wanted: string, eachLine: Effects["eachLine"]): Promise<string> {
  let first = Number.NaN;
  await eachLine(
    ["journalctl", "--output=short-unix", "--no-pager", "--lines=+1"],
    (line) => {
      first = Number.parseFloat(line) || first;
    },
    { timeoutMs },
  );
  return first * 1000 > Date.parse(wanted) ? new Date(first * 1000).toISOString() : wanted;
}

const isRefused = (line: HandshakeLine) =>
  (line.tls_failure ?? line.upstream_failure) != null || line.filter_chain === "elsewhere";

const logLine = z.record(z.string(), z.unknown());

/** One line of the access log; undefined for Envoy's application log. */
function parsed(text: string): HandshakeLine | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const line = logLine.parse(JSON.parse(text));
    return Object.fromEntries(keptFields.filter((key) => line[key] != null).map((key) => [key, scalar(line[key])]));
  } catch {
    return undefined;
  }
}

const scalar = (value: unknown) => (typeof value === "number" ? value : String(value));

/** Kinds of refusals; the first match counts. Kept apart, so that many of one kind hide none of another. */
const kinds: readonly (readonly [name: string, fits: (line: HandshakeLine) => boolean])[] = [
  ["a valid certificate from a wrong address", (line) => line.filter_chain === "elsewhere" && line.peer_sha256 != null],
  [
    "an unknown source address",
    ({ details, filter_chain }) => details === "filter_chain_not_found" || filter_chain === "elsewhere",
  ],
  ["the server was not trusted", ({ upstream_failure }) => upstream_failure != null],
  ["an untrusted certificate", ({ tls_failure }) => /verif/i.test(String(tls_failure))],
  ["no certificate", ({ tls_failure }) => /certificate/i.test(String(tls_failure))],
  ["an unsupported TLS version or cipher, or no TLS", () => true],
];

/** The most groups of one kind; the rest is only counted. */
const mostGroups = 12;
const longest = 200;

interface Group {
  readonly newest: HandshakeLine;
  count: number;
  first: string;
}

/**
 * Refusals grouped by kind, source and reason, in bounded memory: ten thousand lines of an attacker become one entry with
 * a count, and hide nothing.
 */
class Refusals {
  readonly #groups = kinds.map(() => new Map<string, Group>());
  readonly #more = kinds.map(() => 0);

  /** @param line the next one, from newest to oldest */
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
    } else this.#more[kind] = (this.#more[kind] ?? 0) + 1;
  }

  /** The newest line of each group, with the count and the time of the first; the most important kinds first. */
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

  /** What was only counted. */
  cut(): string[] {
    return this.#more.flatMap((count, kind) =>
      count === 0 ? [] : [`${count} more refused for ${kinds[kind]?.[0]}, from other sources or for other reasons`],
    );
  }
}

/** Without the port, which differs each time. */
const addressOf = ({ source, upstream }: HandshakeLine) => String(source ?? upstream ?? "").replace(/:\d+$/, "");

const reasonOf = ({ tls_failure, upstream_failure, details, status }: HandshakeLine) =>
  String(tls_failure ?? upstream_failure ?? details ?? status ?? "").slice(0, longest);

const shortened = (line: HandshakeLine): HandshakeLine =>
  Object.fromEntries(
    Object.entries(line).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, longest) : value]),
  );
