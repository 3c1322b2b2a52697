import { alert, rose, type Side } from "./alert.ts";

const day = 86_400;
const notAfter = "metrics_link_certificate_not_after_timestamp_seconds";

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
    ({ threshold }, own) => `${own(notAfter, 'tier="leaf"')} - time() < ${threshold}`,
  ),
  LeafExpiring: alert(
    "critical",
    { for: "5m", threshold: 3 * day },
    "The leaf expires in {{ $value | humanizeDuration }}; from then on the peer refuses the link.",
    ({ threshold }, own) => `${own(notAfter, 'tier="leaf"')} - time() < ${threshold}`,
  ),
  EnvoyCertificateExpiring: alert(
    "critical",
    { for: "5m", threshold: 2 },
    "A certificate that Envoy has in force expires in {{ $value }} days.",
    ({ threshold }, own) => `${own("envoy_server_days_until_first_cert_expiring")} <= ${threshold}`,
  ),
  AuthorityExpiring: alert(
    "warning",
    { for: "1h", threshold: 365 * day },
    "The certificate of the {{ $labels.tier }} expires in {{ $value | humanizeDuration }}.",
    ({ threshold }, own) => `${own(notAfter, 'tier!="leaf"')} - time() < ${threshold}`,
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
