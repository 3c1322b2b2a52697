/** Three senders of one receiver: two that go on writing, and one that comes and goes. */
import assert from "node:assert/strict";
import { senderNames } from "@metrics-link/sandbox/cli/stack-files.ts";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";
import { connectionsIn } from "@metrics-link/sandbox/testing/connections.ts";
import { accounts } from "@metrics-link/sandbox/world/accounts.ts";
import { accessLog, counter } from "./envoy.ts";
import { eventually } from "./eventually.ts";
import { receiver, report, sandbox } from "./sandbox.ts";

export const steady = ["sender", "sender-c"] as const;
export const third = "sender-d";

export const now = () => Date.now() / 1000;
const selected = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
/** The time of the newest sample that the receiver has of a series. */
const newest = (series: string) => receiver.value(`max(timestamp(${series}))`);
const ofThird = () =>
  newest(`up{${['job="prometheus"', 'link_side="sends"', ...selected(externalLabels(sandbox, third))].join(",")}}`);
export const arrives = (what: string, since: number) =>
  eventually(
    what,
    async (note) => {
      const found = await ofThird();
      note({ found, since });
      return found !== undefined && found > since ? found : undefined;
    },
    60_000,
    500,
  );
/** Its last sample stays the last, longer than its next batches would take. */
export async function fallsSilent(): Promise<void> {
  const last = await eventually(
    "its samples to stop",
    async (note) => {
      const found = await ofThird();
      note(found);
      return found !== undefined && now() - found > 5 ? found : undefined;
    },
    60_000,
    500,
  );
  await eventually("the next batches to be due", () => (now() > last + 15 ? true : undefined), 20_000, 500);
  assert.equal(await ofThird(), last);
}
export const writes = (host: (typeof steady)[number], since: number) =>
  eventually(
    `${host} to write under load`,
    async (note) => {
      const found = await newest(`load{account="${accounts[host]}"}`);
      note({ found, since });
      return found !== undefined && found > since ? true : undefined;
    },
    60_000,
    500,
  );
/** Of a sender at the receiver, since a moment. */
export const connectionsOf = async (host: (typeof steady)[number], since: number) =>
  connectionsIn(await accessLog("receiver", since), senderNames[host]);
export const closedByReceiver = (host: string) =>
  counter(host, "envoy_cluster_upstream_cx_destroy_remote", 'envoy_cluster_name="receiver"');

/**
 * Waits until SenderNearLimit fires about a limit of the third, and about nobody else.
 * @param least the share of the limit from which on it counts
 * @returns the share
 */
export const namedForLimit = (limit: string, least: number): Promise<number> =>
  eventually(
    `SenderNearLimit about ${limit}`,
    async (note) => {
      const alerts = (await receiver.alerts()).filter(({ labels }) => labels.alertname === "SenderNearLimit");
      const share = await receiver.value(`metrics_link_gate_limit_used_ratio{${ofGate},limit="${limit}"}`);
      note({ alerts, share });
      assert.ok(alerts.every(({ labels }) => labels.sender === senderNames[third]));
      const fires = alerts.some(({ state, labels }) => state === "firing" && labels.limit === limit);
      return fires && share !== undefined && share >= least ? share : undefined;
    },
    60_000,
    500,
  );
const ofGate = `sender="${senderNames[third]}"`;

/** How many series of the third the gate has refused for a reason. */
export const refused = async (reason: string): Promise<number> =>
  (await receiver.value(`metrics_link_gate_refused_series_total{${ofGate},reason="${reason}"}`)) ?? 0;

/** The longest that one of the others is behind within some seconds. */
export async function longestLag(seconds = 15): Promise<number> {
  const lags: number[] = [];
  const end = now() + seconds;
  await eventually(
    "the flood to last",
    async () => {
      for (const host of steady) lags.push(now() - ((await newest(`load{account="${accounts[host]}"}`)) ?? 0));
      return now() > end ? true : undefined;
    },
    60_000,
    500,
  );
  const longest = Math.max(...lags);
  report.say(`the others were at most ${longest.toFixed(1)} s behind in ${seconds} s`);
  return longest;
}
