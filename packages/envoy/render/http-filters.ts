import { type Extension, extension } from "./typed.ts";

/** Ends every chain of HTTP filters. Envoy's own response headers say too much about what stands here. */
export const router: Extension = extension("envoy.filters.http.router", "filters.http.router.v3.Router", {
  suppress_envoy_headers: true,
});

/** Holds a body until it is whole, so that a slow or endless one never reaches Prometheus; answers 413 beyond. */
export function bodyLimit(bytes: number): Extension {
  return extension("envoy.filters.http.buffer", "filters.http.buffer.v3.Buffer", { max_request_bytes: bytes });
}

/**
 * Answers `GET path` with 200 while this Envoy takes connections, 503 from `/healthcheck/fail` on. It is answered
 * within the filter, so that nothing leads from this listener to the admin interface or to Prometheus.
 */
export function healthCheck(path: string): Extension {
  return extension("envoy.filters.http.health_check", "filters.http.health_check.v3.HealthCheck", {
    pass_through_mode: false,
    headers: [
      { name: ":path", string_match: { exact: path } },
      { name: ":method", string_match: { exact: "GET" } },
    ],
  });
}
