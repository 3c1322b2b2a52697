import { alert, byKind, type Link, type RecordingRule, rose, roseOrBegan } from "./alert.ts";
import { newestOfPinned, ofNoPinned } from "./pins.ts";

/** One series for each sender that is let in, with its name as the label `sender`. */
const expectedSender = "metrics_link:sender_expected:info";

const ingest = 'envoy_listener_address="ingest"';
const writes = "prometheus_http_requests_total";
const tooOld = "prometheus_tsdb_too_old_samples_total";
/**
 * Prometheus acknowledges a series that it skips: one without a name, with a label that has no name or is no UTF-8, or with a
 * label twice (storage/remote/write_handler.go, Remote Write 1). Nobody but this counter, which counts series, and the log tells.
 */
const invalidLabels = "prometheus_api_remote_write_invalid_labels_samples_total";

/** The newest sample of senders' clocks within a range. */
const newestClock = (range: string, matchers = "") =>
  `last_over_time(node_time_seconds{link_side="sends"${matchers}}${range})`;

/** The newest clock of each sender with pinned labels, within six hours and up to ten minutes ahead of this host's. */
const pinnedClock = "metrics_link:sender_clock:timestamp_seconds";
const hasPinned = ({ pins = [] }: Pick<Link, "pins">) => pins.length > 0;

/** A rule of its own: alerts carry their expression, and this one has the values of all pinned labels. */
export function pinnedClocks({ pins = [], side }: Pick<Link, "pins" | "side">): readonly RecordingRule[] {
  const clocks = newestOfPinned(pins, (matchers) => newestClock("[6h10m] offset -10m", matchers));
  return clocks.length === 0 ? [] : [{ record: pinnedClock, expr: clocks.join("\nor\n"), labels: { link_side: side } }];
}

/** Whether there are senders that may have any labels. Then each series of a clock with other labels is one. */
const hasUnpinned = ({ senders, pins = [] }: Pick<Link, "senders" | "pins">) =>
  senders.length > pins.length || pins.length === 0;
const unpinnedClock = ({ pins = [] }: Pick<Link, "pins">, range: string) =>
  `max without (instance, job) (${newestClock(range, ofNoPinned(pins))})`;

/** `or` compares each of its left side's series with the right side's: many short chains take less time than a long one. */
const alternatives = 32;

/**
 * Says who is let in, so that one rule can miss each sender. The names stand in the rule and not in a series that is scraped: no
 * stopped exporter takes one away, and with a reload the series of a sender that has left ends. Alerts carry the text of their
 * expression to the Alertmanager (`generatorURL`), so a list of all senders is not part of one.
 */
export function expectedSenders({ senders, side }: Pick<Link, "senders" | "side">): readonly RecordingRule[] {
  if (senders.length === 0) return [];
  const named = senders.map((name) => `label_replace(vector(1), "sender", "${name}", "", "")`);
  const chains = chunks(named, alternatives).map((some) => some.join("\nor\n"));
  const expr = chains.length === 1 ? chains.join("") : chains.map((chain) => `(\n${chain}\n)`).join("\nor\n");
  return [{ record: expectedSender, expr, labels: { link_side: side } }];
}

const chunks = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** The link as its receiver sees it. */
export const receiversAlerts = {
  /**
   * A dead man's switch for each sender. It needs no series of the sender's: it counts the requests that this host's own Envoy
   * accepted with that sender's certificate from that sender's address. A sender of which Envoy counts nothing is missed too.
   */
  SenderSilent: alert(
    "critical",
    { for: "2m", window: "5m" },
    "No write of sender {{ $labels.sender }} has been accepted for minutes.",
    ({ window }, own) => {
      const chain = "envoy_http_conn_manager_prefix";
      const accepted = own("envoy_http_downstream_rq_xx", `${chain}=~"sender_.+",envoy_response_code_class="2"`);
      const writes = `label_replace(sum by (${chain}) (increase(${accepted}[${window}])) > 0, "sender", "$1", "${chain}", "sender_(.+)")`;
      return `${own(expectedSender)}\nunless on (sender)\n${writes}`;
    },
    { when: ({ senders }) => senders.length > 0 },
  ),
  ListenerUpdateRejected: alert(
    "critical",
    { for: "1m", window: "15m" },
    "Envoy has refused a change of its senders: those of before stay in force, or none after a start.",
    // At a start the counter begins at 1.
    ({ window }, own) => roseOrBegan(own("envoy_listener_manager_lds_update_rejected"), window),
  ),
  SenderLate: alert(
    "warning",
    { for: "5m", threshold: 300 },
    "The newest sample of a sender is {{ $value | humanizeDuration }} old.",
    // Without pins, a sender whose external labels were changed has late series for as long as the range. Each sender has one
    // clock: when as many are on time as there are senders, the late ones are of senders that have other labels now.
    ({ threshold }, own, link) => {
      // A clock that is on time has been seen lately, and a short range takes a fraction of the time.
      const age = (range: string) => `time() - ${unpinnedClock(link, range)}`;
      const onTime = `count(${age(`[${2 * threshold}s]`)} <= ${threshold})`;
      const unpinned = Math.max(1, link.senders.length - (link.pins ?? []).length);
      return [
        ...(hasPinned(link) ? [`time() - ${own(pinnedClock)} > ${threshold}`] : []),
        ...(hasUnpinned(link) ? [`${age("[6h]")} > ${threshold}\nunless on ()\n${onTime} >= ${unpinned}`] : []),
      ].join("\nor\n");
    },
  ),
  SenderClockAhead: alert(
    "warning",
    { for: "2m", threshold: 10 },
    "A sender's clock is {{ $value | humanizeDuration }} ahead of this host's, or this host's is behind.",
    // A range with a negative offset includes samples of the future, an instant does not.
    ({ threshold }, own, link) =>
      [
        ...(hasPinned(link) ? [`${own(pinnedClock)} - time() > ${threshold}`] : []),
        ...(hasUnpinned(link) ? [`${unpinnedClock(link, "[15m] offset -10m")} - time() > ${threshold}`] : []),
      ].join("\nor\n"),
  ),
  SamplesRejected: alert(
    "critical",
    { for: "0s", window: "15m" },
    "Samples arrived and were not stored: {{ $labels.kind }}. What else was in their batches is stored, or sent again.",
    ({ window }, own) =>
      byKind({
        "too old": rose(own(tooOld), window),
        "in the future": rose(own("prometheus_tsdb_out_of_bound_samples_total"), window),
        "out of order": rose(own("prometheus_tsdb_out_of_order_samples_total"), window),
        "invalid labels, though acknowledged": rose(own(invalidLabels), window),
      }),
  ),
  WritesRefused: alert(
    "critical",
    { for: "0s", window: "15m" },
    "Prometheus answered writes with {{ $labels.code }} and stored none of their batches; the sender's repairer sends what it can of them again.",
    ({ window }, own) => roseOrBegan(own(writes, 'handler="/api/v1/write",code=~"4.."'), window),
  ),
  WritesFail: alert(
    "warning",
    { for: "5m", window: "5m" },
    "{{ with $labels.sender }}The gate answers writes of {{ . }}{{ else }}Prometheus answers writes{{ end }} with {{ $labels.code }}; the sender retries them.",
    ({ window }, own) =>
      `${roseOrBegan(own(writes, 'handler="/api/v1/write",code=~"5.."'), window)}\nor\n` +
      roseOrBegan(own("metrics_link_gate_requests_total", 'code=~"5.."'), window),
  ),
  ClientNotTrusted: alert(
    "warning",
    { for: "0s", window: "5m" },
    "A TLS handshake from an allowed address failed: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        "wrong root, expired or wrong usage": rose(own("envoy_listener_ssl_fail_verify_error", ingest), window),
        "wrong name": rose(own("envoy_listener_ssl_fail_verify_san", ingest), window),
        "no certificate": rose(own("envoy_listener_ssl_fail_verify_no_cert", ingest), window),
        "no TLS of ours": rose(own("envoy_listener_ssl_connection_error", ingest), window),
      }),
  ),
  CertificateFromWrongAddress: alert(
    "critical",
    { for: "0s", window: "15m" },
    "A connection came from an unknown source address: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        "with a sender's certificate": rose(
          own("envoy_http_downstream_rq_total", 'envoy_http_conn_manager_prefix="elsewhere"'),
          window,
        ),
        "closed before TLS": rose(own("envoy_listener_no_filter_chain_match", ingest), window),
      }),
  ),
  ConnectionsLimited: alert(
    "warning",
    { for: "5m", window: "5m" },
    "Connections to this receiver reach their limit{{ with $labels.envoy_connection_limit_prefix }} because of {{ . }}{{ end }}: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        "more than its share": rose(own("envoy_connection_limit_limited_connections"), window),
        "no handshake in time": rose(
          own("envoy_listener_downstream_cx_transport_socket_connect_timeout", ingest),
          window,
        ),
      }),
  ),
};
