import { type Extension, extension } from "./messages.ts";

/** Field name to format string. A value of one single operator keeps its type (numbers stay numbers in the JSON). */
export type LogFields = Readonly<Record<string, string>>;

export interface AccessLog extends Extension {
  readonly filter?: StatusFilter;
}

interface StatusFilter {
  readonly status_code_filter: {
    readonly comparison: {
      readonly op: "EQ" | "GE";
      readonly value: { readonly default_value: number; readonly runtime_key: string };
    };
  };
}

/** Envoy wants a runtime key for each threshold, although no runtime layer of ours sets one. */
export function statusFilter(op: "EQ" | "GE", status: number): StatusFilter {
  return {
    status_code_filter: {
      comparison: { op, value: { default_value: status, runtime_key: `metrics_link.status_${status}` } },
    },
  };
}

/** Writes to standard output, one JSON object a line; the journal keeps it. */
function jsonLog(fields: LogFields): AccessLog {
  return extension("envoy.access_loggers.stdout", "access_loggers.stream.v3.StdoutAccessLog", {
    log_format: { json_format: fields },
  });
}

/** Logs failures only, for listeners whose successes are noise. */
export function jsonLogOfFailures(fields: LogFields): AccessLog {
  return { ...jsonLog(fields), filter: statusFilter("GE", 400) };
}

const requestFields: LogFields = {
  type: "request",
  start: "%START_TIME%",
  method: "%REQ(:METHOD)%",
  path: "%REQ(:PATH)%",
  authority: "%REQ(:AUTHORITY)%",
  user_agent: "%REQ(USER-AGENT)%",
  // Made by the sender's Envoy and kept by the receiver's: joins the two accounts' lines of one request.
  request_id: "%REQ(X-REQUEST-ID)%",
  protocol: "%PROTOCOL%",
  status: "%RESPONSE_CODE%",
  details: "%RESPONSE_CODE_DETAILS%",
  flags: "%RESPONSE_FLAGS%",
  bytes_received: "%BYTES_RECEIVED%",
  bytes_sent: "%BYTES_SENT%",
  duration_ms: "%DURATION%",
  upstream_ms: "%RESPONSE_DURATION%",
  route: "%ROUTE_NAME%",
  connection: "%CONNECTION_ID%",
};

/** The client of an accepted connection, by its certificate and source address. */
const peerFields: LogFields = {
  source: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%",
  filter_chain: "%FILTER_CHAIN_NAME%",
  tls_version: "%DOWNSTREAM_TLS_VERSION%",
  tls_cipher: "%DOWNSTREAM_TLS_CIPHER%",
  peer_subject: "%DOWNSTREAM_PEER_SUBJECT%",
  peer_issuer: "%DOWNSTREAM_PEER_ISSUER%",
  peer_san: "%DOWNSTREAM_PEER_DNS_SAN%",
  peer_serial: "%DOWNSTREAM_PEER_SERIAL%",
  peer_sha256: "%DOWNSTREAM_PEER_FINGERPRINT_256%",
  peer_not_after: "%DOWNSTREAM_PEER_CERT_V_END%",
};

/** A request that came in over mutual TLS. */
export const ingestRequestLog = (): AccessLog => jsonLog({ ...requestFields, ...peerFields });

/** A request from this host. */
export const localRequestFields: LogFields = { ...requestFields, source: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%" };

/** A request to the receiver over mutual TLS: upstream address, server certificate, failure reason. */
export const egressRequestLog = (): AccessLog =>
  jsonLog({
    ...requestFields,
    upstream: "%UPSTREAM_REMOTE_ADDRESS%",
    upstream_failure: "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    upstream_tls_version: "%UPSTREAM_TLS_VERSION%",
    upstream_subject: "%UPSTREAM_PEER_SUBJECT%",
    upstream_issuer: "%UPSTREAM_PEER_ISSUER%",
    upstream_san: "%UPSTREAM_PEER_DNS_SAN%",
    upstream_not_after: "%UPSTREAM_PEER_CERT_V_END%",
    attempts: "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
  });

/** One line a connection, written when it ends: also those whose handshake failed or whose address fits no chain. */
export const connectionLog = (): AccessLog =>
  jsonLog({
    type: "connection",
    start: "%START_TIME%",
    ...peerFields,
    tls_failure: "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
    details: "%RESPONSE_CODE_DETAILS%",
    termination: "%CONNECTION_TERMINATION_DETAILS%",
    // `over_connection_limit`, for example; empty when the other side closed.
    close_reason: "%DOWNSTREAM_LOCAL_CLOSE_REASON%",
    flags: "%RESPONSE_FLAGS%",
    bytes_received: "%BYTES_RECEIVED%",
    bytes_sent: "%BYTES_SENT%",
    duration_ms: "%DURATION%",
    connection: "%CONNECTION_ID%",
  });
