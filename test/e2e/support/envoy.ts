import { type AccessLogLine, accessLogLines } from "@metrics-link/sandbox/cli/access-log.ts";
import { eventually } from "./eventually.ts";
import { on } from "./sandbox.ts";

const metricsUrl = "http://127.0.0.1:9902/stats/prometheus";

/** The sum of a counter of a host's Envoy over the series whose labels contain `label`. */
export async function counter(host: string, metric: string, label = ""): Promise<number> {
  const text = await on(host, "curl", "--silent", "--fail", metricsUrl);
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** The receiver Envoy's access log since a moment (seconds since the epoch). */
export async function accessLog(host: string, since: number): Promise<AccessLogLine[]> {
  const unit = ["--unit", "metrics-link-envoy", "--since", `@${Math.floor(since)}`];
  return accessLogLines(await on(host, "journalctl", ...unit, "--output", "cat", "--no-pager"));
}

/** Waits for a line that `matches`, logged since a moment. */
export function logged(host: string, since: number, what: string, matches: (line: AccessLogLine) => boolean) {
  return eventually(
    `a log line: ${what}`,
    async (note) => {
      const lines = await accessLog(host, since);
      note(lines.slice(-3));
      return lines.find(matches);
    },
    20_000,
    250,
  );
}

/** Whether the sender's host has a connection of the link: to port 443 of 198.51.100.0/24, as proc_net_tcp(5) writes it. */
export const linkIsOpen = async (): Promise<boolean> =>
  / [0-9A-F]{2}6433C6:01BB 01 /.test(await on("sender", "cat", "/proc/net/tcp"));
