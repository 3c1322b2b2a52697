import { alert, type OwnSeries, rose, type Side } from "./alert.ts";

const day = 86_400;
const notAfter = "metrics_link_certificate_not_after_timestamp_seconds";
const notBefore = "metrics_link_certificate_not_before_timestamp_seconds";

/** Of the certificates with these labels: whether less than a number of seconds is left. */
const expires = (own: OwnSeries, which: string, seconds: string) => `${own(notAfter, which)} - time() < ${seconds}`;
const validity = (own: OwnSeries, which: string) => `(${own(notAfter, which)} - ${own(notBefore, which)})`;

/**
 * A threshold in seconds for a leaf of `leafDays`, as that share of the validity of the leaf in force: after a change of
 * the lifetime it is another one until it is renewed.
 */
const leafExpires = (own: OwnSeries, threshold: number, leafDays: number) =>
  expires(own, 'tier="leaf"', `${validity(own, 'tier="leaf"')} * ${threshold} / ${leafDays * day}`);

/** An authority is replaced in the last fifth of its validity at the latest. */
const authorityShare = 0.2;
/** Envoy counts whole days: with a shorter leaf, 0 may mean that it was issued a moment ago. */
const leastDaysForEnvoy = 4;

/** The receiver has its certificate in a listener, the sender in a cluster. */
const notReady: Readonly<Record<Side, string>> = {
  sends: "envoy_cluster_client_ssl_socket_factory_upstream_context_secrets_not_ready",
  receives: "envoy_listener_server_ssl_socket_factory_downstream_context_secrets_not_ready",
};

/** Certificates and trust, of either side. */
export const certificateAlerts = {
  LeafRenewalOverdue: alert(
    "warning",
    { for: "1h", threshold: 9 * day },
    "The leaf expires in {{ $value | humanizeDuration }}, and no update has renewed it.",
    ({ threshold }, own, { leafDays }) => leafExpires(own, threshold, leafDays),
  ),
  LeafExpiring: alert(
    "critical",
    { for: "5m", threshold: 3 * day },
    "The leaf expires in {{ $value | humanizeDuration }}; from then on the peer refuses the link.",
    ({ threshold }, own, { leafDays }) => leafExpires(own, threshold, leafDays),
  ),
  EnvoyCertificateExpiring: alert(
    "critical",
    { for: "5m", threshold: 2 },
    "A certificate that Envoy has in force expires in {{ $value }} days.",
    ({ threshold }, own, { leafDays }) => {
      const days = `${own("envoy_server_days_until_first_cert_expiring")} <= ${threshold}`;
      return leafDays < leastDaysForEnvoy ? `${days} and on () (${leafExpires(own, day / 10, 1)})` : days;
    },
  ),
  AuthorityExpiring: alert(
    "warning",
    { for: "1h", threshold: 365 * day },
    "The certificate of the {{ $labels.tier }} expires in {{ $value | humanizeDuration }}.",
    ({ threshold }, own) =>
      expires(own, 'tier!="leaf"', `clamp_max(${validity(own, 'tier!="leaf"')} * ${authorityShare}, ${threshold})`),
  ),
  CertificateNotTakenUp: alert(
    "critical",
    { for: "1m", window: "15m" },
    "Envoy could not load new certificates; the old ones stay in force.",
    // Suspending a peer removes its secret: Envoy fails to read it once more before it restarts.
    ({ window }, own) =>
      `${rose(own("envoy_sds_key_rotation_failed"), window)} and ${own("envoy_sds_key_rotation_failed")}`,
  ),
  CertificateNotReady: alert(
    "critical",
    { for: "1m" },
    "Envoy runs without a certificate, so every handshake fails.",
    (_, own, { side }) => `${own(notReady[side])} > 0`,
  ),
  TrustBundleDiffers: alert(
    "critical",
    { for: "0s", window: "15m" },
    "The trust bundle {{ $labels.file }} did not match the release.",
    ({ window }, own) => `min_over_time(${own("metrics_link_trust_bundle_matches")}[${window}]) == 0`,
  ),
};
