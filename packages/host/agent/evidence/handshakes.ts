import type { HandshakeLine } from "@metrics-link/contract/host-evidence.ts";
import type { Effects } from "../effects.ts";

const unit = "metrics-link-envoy.service";
const daysBack = 7;
const mostRefused = 5;
/** Of the newest lines; a link that works writes one every few seconds. */
const linesForAccepted = 500;

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

/** The last handshakes of Envoy's log. What the load balancer's group refuses reaches no host and is not in it. */
export async function lastHandshakes({ run, now }: Pick<Effects, "run" | "now">) {
  const since = new Date(now() - daysBack * 86_400_000).toISOString();
  const journal = async (...words: string[]) => {
    const from = `@${Math.floor(Date.parse(since) / 1000)}`;
    const argv = [
      "journalctl",
      `--unit=${unit}`,
      "--output=cat",
      "--no-pager",
      "--reverse",
      `--since=${from}`,
      ...words,
    ];
    const { code, output } = await run(argv, { timeoutMs: 30_000 });
    // journalctl ends with 1 when nothing matches.
    if (code !== 0 && output.trim() !== "" && !output.includes("-- No entries --")) {
      throw new Error(`journalctl ended with ${code}: ${output.trim().slice(0, 200)}`);
    }
    return linesOf(output);
  };
  const recent = await journal(`--lines=${linesForAccepted}`);
  const refused = await journal(`--lines=${mostRefused}`, `--grep=${refusal}`);
  const accepted = recent.filter((line) => !isRefused(line) && (line.peer_sha256 ?? line.upstream_san) != null);
  const byEnd = new Map(accepted.toReversed().map((line) => [line.filter_chain ?? line.upstream ?? "", line]));
  return { since, accepted: [...byEnd.values()], refused };
}

const isRefused = (line: HandshakeLine) =>
  (line.tls_failure ?? line.upstream_failure) != null || line.filter_chain === "elsewhere";

/** The JSON lines of a journal, newest first; others are Envoy's own words. */
function linesOf(journal: string): HandshakeLine[] {
  return journal.split("\n").flatMap((text) => {
    if (!text.startsWith("{")) return [];
    try {
      const line = JSON.parse(text) as Record<string, unknown>;
      return [Object.fromEntries(told.filter((key) => line[key] != null).map((key) => [key, scalar(line[key])]))];
    } catch {
      return [];
    }
  });
}

const scalar = (value: unknown) => (typeof value === "number" ? value : String(value));
