import type { Link } from "../reading.ts";
import { facts, type Inquiry } from "./facts.ts";

/** How far the samples of each sender have come. @throws Error when nobody answers */
export async function readLinks(inquiry: Inquiry): Promise<Link[]> {
  const [lags, vouched] = await Promise.all([
    facts(inquiry, "metrics_link:link_lag:seconds"),
    facts(inquiry, "metrics_link_repair_vouched_until_timestamp_seconds"),
  ]);
  return inquiry.senders.map(({ name, heardAt }) => ({
    sender: name,
    heardAt,
    lag: lags.find(({ host }) => host === name)?.value,
    vouchedUntil: vouched.find(({ host }) => host === name)?.value,
  }));
}
