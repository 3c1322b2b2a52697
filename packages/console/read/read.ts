import { secondsOf } from "@metrics-link/release";
import type { Span } from "@metrics-link/report";
import type { Reading } from "../reading.ts";
import { readAlerts } from "./alerts.ts";
import { type Ask, type Pace, part, type Sources, samples } from "./ask.ts";
import { findSenders } from "./facts.ts";
import { readHosts, readLinks } from "./hosts.ts";
import { readPanels } from "./panels.ts";

/** Points of a line: enough for a chart, few enough to read fast. */
const points = 180;

/**
 * Reads everything that a console shows. Never fails: a part that cannot be read carries the reason.
 * @param until the present, in seconds since the epoch
 */
export async function read(sources: Sources, until: number, minutes: number): Promise<Reading> {
  const step = Math.max(1, Math.ceil((minutes * 60) / points));
  const end = Math.floor(until);
  // Whole steps, so that the last point is the present.
  const span = { from: end - Math.floor((minutes * 60) / step) * step, until: end, step };
  const pace: Pace = { interval: await scrapeInterval(sources.receiver, span), span };
  const senders = await part(() => findSenders(sources, pace));
  const inquiry = { sources, pace, senders: "value" in senders ? senders.value : [] };
  const [hosts, links, alerts, rows, comparison] = await Promise.all([
    part(() => readHosts(inquiry)),
    "value" in senders ? part(() => readLinks(inquiry)) : senders,
    readAlerts(inquiry),
    readPanels(sources, pace),
    sources.compare === undefined ? undefined : part(sources.compare),
  ]);
  return { span, hosts, links, alerts, ...(comparison && { comparison }), rows };
}

/** The shortest one, which the hosts' own jobs have; the default before the first scrape. */
async function scrapeInterval(ask: Ask, span: Span): Promise<number> {
  const usual = 15;
  const found = await part(() =>
    samples(ask, "prometheus_target_interval_length_seconds_count", { interval: usual, span }),
  );
  const intervals = "value" in found ? found.value.map(({ labels }) => secondsOf(labels.interval ?? "")) : [];
  const known = intervals.filter((seconds) => seconds > 0);
  return known.length === 0 ? usual : Math.min(...known);
}
