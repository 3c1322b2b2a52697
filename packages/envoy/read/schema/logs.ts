import { z } from "zod";
import { extension } from "./messages.ts";

/** Field → the only command operator that may fill it, so that no field logs something other than its name says. */
const operators = {
  start: "%START_TIME%",
  method: "%REQ(:METHOD)%",
  path: "%REQ(:PATH)%",
  authority: "%REQ(:AUTHORITY)%",
  user_agent: "%REQ(USER-AGENT)%",
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
  source: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%",
  filter_chain: "%FILTER_CHAIN_NAME%",
  tls_version: "%DOWNSTREAM_TLS_VERSION%",
  tls_cipher: "%DOWNSTREAM_TLS_CIPHER%",
  tls_failure: "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
  close_reason: "%DOWNSTREAM_LOCAL_CLOSE_REASON%",
  termination: "%CONNECTION_TERMINATION_DETAILS%",
  peer_subject: "%DOWNSTREAM_PEER_SUBJECT%",
  peer_issuer: "%DOWNSTREAM_PEER_ISSUER%",
  peer_san: "%DOWNSTREAM_PEER_DNS_SAN%",
  peer_serial: "%DOWNSTREAM_PEER_SERIAL%",
  peer_sha256: "%DOWNSTREAM_PEER_FINGERPRINT_256%",
  peer_not_after: "%DOWNSTREAM_PEER_CERT_V_END%",
  upstream: "%UPSTREAM_REMOTE_ADDRESS%",
  upstream_failure: "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
  upstream_tls_version: "%UPSTREAM_TLS_VERSION%",
  upstream_subject: "%UPSTREAM_PEER_SUBJECT%",
  upstream_issuer: "%UPSTREAM_PEER_ISSUER%",
  upstream_san: "%UPSTREAM_PEER_DNS_SAN%",
  upstream_not_after: "%UPSTREAM_PEER_CERT_V_END%",
  attempts: "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
} as const;
type Field = keyof typeof operators;

const peer: readonly Field[] = [
  ...(["source", "filter_chain", "tls_version", "tls_cipher", "peer_subject", "peer_issuer", "peer_san"] as const),
  ...(["peer_serial", "peer_sha256", "peer_not_after"] as const),
];
const request: readonly Field[] = [
  ...(["start", "method", "path", "authority", "user_agent", "request_id", "protocol", "status", "details"] as const),
  ...(["flags", "bytes_received", "bytes_sent", "duration_ms", "upstream_ms", "route", "connection"] as const),
];
const upstream: readonly Field[] = [
  ...(["upstream", "upstream_failure", "upstream_tls_version", "upstream_subject", "upstream_issuer"] as const),
  ...(["upstream_san", "upstream_not_after", "attempts"] as const),
];
const connection: readonly Field[] = [
  ...(["start", "tls_failure", "details", "termination", "close_reason", "flags", "bytes_received"] as const),
  ...(["bytes_sent", "duration_ms", "connection"] as const),
];

/** Standard output, one JSON object for each line, with the required fields and any of the others. */
function jsonLog(type: string, required: readonly Field[]) {
  const fields = Object.entries(operators).map(([field, operator]) => {
    const literal = z.literal(operator);
    return [field, required.includes(field as Field) ? literal : literal.optional()];
  });
  return extension("envoy.access_loggers.stdout", "access_loggers.stream.v3.StdoutAccessLog", {
    log_format: z.strictObject({
      json_format: z.strictObject({ type: z.literal(type), ...(Object.fromEntries(fields) as z.ZodRawShape) }),
    }),
  });
}

/** envoy.config.accesslog.v3.StatusCodeFilter for one operator and one status code. */
export const statusFilter = (op: "EQ" | "GE", status: number) =>
  z.strictObject({
    status_code_filter: z.strictObject({
      comparison: z.strictObject({
        op: z.literal(op),
        value: z.strictObject({
          default_value: z.literal(status),
          // Nothing overrides this runtime key: the schema of the bootstrap allows no runtime layer.
          runtime_key: z.literal(`metrics_link.status_${status}`),
        }),
      }),
    }),
  });

/** Every request received over mutual TLS, with the client's identity. */
export const ingestRequests = z.tuple([jsonLog("request", [...request, ...peer])]);
/** Every request sent over mutual TLS, with the server's identity. */
export const egressRequests = z.tuple([jsonLog("request", [...request, ...upstream])]);
/** Every connection, including failed handshakes. */
export const connections = z.tuple([jsonLog("connection", [...connection, ...peer])]);
/** Failed requests of local listeners; successful ones are noise. */
export const localFailures = z.tuple([
  jsonLog("request", [...request, "source"]).extend({ filter: statusFilter("GE", 400) }),
]);
