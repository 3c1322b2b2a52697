import type { HandshakeLine } from "@metrics-link/release";
import type { Effects } from "../effects.ts";
import { Refusals } from "./refusals.ts";

const unit = "metrics-link-envoy.service";
const daysBack = 7;
/** Of the newest requests; a link that works writes one every few seconds, and a stranger writes none. */
const linesForAccepted = 500;
/** For the refusals of a week: some hundred thousand lines. */
const timeoutMs = 20_000;

/** What of a line tells who it was and what became of it. */
const told = [
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
 * A refusal in Envoy's own log: a handshake that failed at either end, no chain for the address, or a rightful
 * certificate at the wrong one.
 */
const refusal = '"(tls_failure|upstream_failure)":"|"details":"filter_chain_not_found"|"filter_chain":"elsewhere"';

/**
 * The last handshakes of Envoy's log: of those that were accepted the newest of each end, of those that were refused all
 * of a week, grouped. What the load balancer's group refuses reaches no host and is not in it.
 */
export async function lastHandshakes({ eachLine, now }: Pick<Effects, "eachLine" | "now">) {
  const wanted = new Date(now() - daysBack * 86_400_000).toISOString();
  const journal = async (take: (line: string) => void, ...words: readonly string[]) => {
    const argv = ["journalctl", "--output=cat", "--no-pager", `--since=@${Math.floor(Date.parse(wanted) / 1000)}`];
    const { code, errors, cut } = await eachLine([...argv, ...words], take, { timeoutMs });
    // journalctl ends with 1 when nothing matches.
    if (!cut && code !== 0 && errors.trim() !== "" && !errors.includes("-- No entries --")) {
      throw new Error(`journalctl ended with ${code}: ${errors.trim().slice(0, 200)}`);
    }
    return cut;
  };
  const ofEnvoy = [`--unit=${unit}`, "--reverse"];

  const byEnd = new Map<string, HandshakeLine>();
  await journal(
    (text) => {
      const line = parsed(text);
      if (line === undefined || isRefused(line) || (line.peer_sha256 ?? line.upstream_san) == null) return;
      const end = String(line.filter_chain ?? line.upstream ?? "");
      if (!byEnd.has(end)) byEnd.set(end, line);
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

  // journald drops lines of a unit that writes too many, and says so in lines of its own.
  const suppressed: string[] = [];
  await journal(
    (text) => suppressed.push(text.slice(0, 200)),
    "--unit=systemd-journald.service",
    "--lines=5",
    `--grep=Suppressed [0-9]+ messages from ${unit.replaceAll(".", "\\.")}`,
  );
  return {
    since: await laterOf(wanted, eachLine),
    accepted: [...byEnd.values()],
    refused: refusals.lines(),
    cut: [
      ...refusals.cut(),
      ...(unread
        ? [`the log is longer than could be read in ${timeoutMs / 1000} s; what is older than ${oldest} was not`]
        : []),
      ...suppressed.map((text) => `journald did not keep everything: ${text}`),
    ],
  };
}

/** What is older than the journal's first line is not known, however far back was asked. */
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

/** One line of the access log; others are Envoy's own words. */
function parsed(text: string): HandshakeLine | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const line = JSON.parse(text) as Record<string, unknown>;
    return Object.fromEntries(told.filter((key) => line[key] != null).map((key) => [key, scalar(line[key])]));
  } catch {
    return undefined;
  }
}

const scalar = (value: unknown) => (typeof value === "number" ? value : String(value));
