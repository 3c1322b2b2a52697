import type { Host, Link } from "../reading.ts";
import { facts, type Inquiry } from "./facts.ts";

/** Each host that exports anything, with its release, its agent and its certificates. @throws Error when nobody answers */
export async function readHosts(inquiry: Inquiry): Promise<Host[]> {
  const [releases, outcomes, runs, certificates] = await Promise.all([
    facts(inquiry, "metrics_link_agent_release_info"),
    facts(inquiry, "metrics_link_agent_outcome == 1"),
    facts(inquiry, "metrics_link_agent_last_run_timestamp_seconds"),
    facts(inquiry, "metrics_link_certificate_not_after_timestamp_seconds"),
  ]);
  const names = new Set([...releases, ...outcomes, ...runs, ...certificates].map(({ host }) => host));
  return [...names].toSorted().map((name) => {
    const isOf = ({ host }: { readonly host: string }) => host === name;
    return {
      name,
      release: releases.find(isOf)?.labels.release,
      outcome: outcomes.find(isOf)?.labels.outcome,
      ranAt: runs.find(isOf)?.value,
      certificates: certificates
        .filter(isOf)
        .map(({ labels, value }) => ({ tier: labels.tier ?? "", notAfter: value }))
        .toSorted((one, other) => one.notAfter - other.notAfter),
    };
  });
}

/** How far the samples of each sender have come. @throws Error when nobody answers */
export async function readLinks(inquiry: Inquiry): Promise<Link[]> {
  const [lags, healthyLags, watermarks, progress, timesLeft] = await Promise.all([
    facts(inquiry, "metrics_link:link_lag:seconds"),
    facts(inquiry, "metrics_link:link_healthy_lag:seconds"),
    facts(inquiry, "metrics_link_repair_vouched_until_timestamp_seconds"),
    facts(inquiry, "metrics_link_repair_progress_ratio"),
    facts(inquiry, "metrics_link_repair_time_left_seconds"),
  ]);
  return inquiry.senders.map(({ name, heardAt }) => {
    const of = (found: typeof lags) => found.find(({ host }) => host === name)?.value;
    const done = of(progress);
    return {
      sender: name,
      heardAt,
      lag: of(lags),
      healthyLag: of(healthyLags),
      watermark: of(watermarks),
      // 1 when no window is pending.
      backfill: done === undefined || done >= 1 ? undefined : { done, secondsLeft: of(timesLeft) },
    };
  });
}
