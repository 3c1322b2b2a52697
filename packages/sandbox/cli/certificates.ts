import type { PrometheusApi } from "./prometheus-api.ts";

/** One certificate of a host, as its agent's metrics report it. */
export interface CertificateStatus {
  /** `leaf`, `intermediate`, `root`, or `peer root`: what is trusted. */
  readonly tier: string;
  /** The file below the release in which it is. */
  readonly file: string;
  /** RFC 3339, UTC. */
  readonly notAfter: string;
  readonly daysLeft: number;
}

const metric = "metrics_link_certificate_not_after_timestamp_seconds";
const dayMs = 86_400_000;

/** @param now seconds since the epoch. Series with an account come from a sender's host. */
export async function certificatesOf(prometheus: PrometheusApi, now: number): Promise<CertificateStatus[]> {
  const series = await prometheus.vector(`${metric}{account=""}`);
  return series
    .map(({ metric: { tier = "", file = "" }, value: [, seconds] }) => {
      const notAfter = Number(seconds) * 1000;
      const daysLeft = Math.floor((notAfter - now * 1000) / dayMs);
      return { tier, file, notAfter: new Date(notAfter).toISOString(), daysLeft };
    })
    .toSorted((one, other) => one.daysLeft - other.daysLeft);
}

/** The first to expire comes first. */
export const describeCertificates = (certificates: readonly CertificateStatus[]): string =>
  certificates.map(({ tier, daysLeft }) => `${tier} ${daysLeft} days`).join(", ");
