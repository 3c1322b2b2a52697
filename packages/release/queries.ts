/**
 * What of Prometheus' HTTP API reads, and no more: who asks here can change nothing and see no file of the host. Left out besides what
 * writes, administers or reloads: /api/v1/read and /federate, which have no limit on what they answer; /api/v1/status/config and
 * /api/v1/status/flags, which say how the host is set up; /api/v1/notifications/live, whose answer never ends. As of Prometheus 3.13
 * (web/api/v1/api.go, `Register`).
 */
const api = {
  paths: [
    "/api/v1/query",
    "/api/v1/query_range",
    "/api/v1/query_exemplars",
    "/api/v1/format_query",
    "/api/v1/parse_query",
    "/api/v1/series",
    "/api/v1/labels",
    "/api/v1/metadata",
    "/api/v1/rules",
    "/api/v1/alerts",
    "/api/v1/status/buildinfo",
  ],
  patterns: ["/api/v1/label/[A-Za-z_][A-Za-z0-9_:]*/values"],
} as const;

/** What the built UI asks for besides: its pages, their files, and what it shows of targets and of the TSDB. */
const ui = {
  paths: [
    "/",
    "/query",
    "/graph",
    "/alerts",
    "/rules",
    "/targets",
    "/service-discovery",
    "/status",
    "/tsdb-status",
    "/favicon.svg",
    "/api/v1/targets",
    "/api/v1/targets/metadata",
    "/api/v1/scrape_pools",
    "/api/v1/notifications",
    "/api/v1/features",
    "/api/v1/status/runtimeinfo",
    "/api/v1/status/tsdb",
    "/api/v1/status/walreplay",
  ],
  patterns: ["/assets/[A-Za-z0-9_-][A-Za-z0-9._-]*"],
} as const;

/** Paths compared as sent, with any query behind them, and patterns (RE2, the whole path). All by GET. */
export interface QueryRoutes {
  readonly paths: readonly string[];
  readonly patterns: readonly string[];
}

/** The routes of a query service. @param withUi whether people see Prometheus' own pages too */
export const queryRoutes = (withUi: boolean): QueryRoutes =>
  withUi ? { paths: [...api.paths, ...ui.paths], patterns: [...api.patterns, ...ui.patterns] } : api;

/** What a query may cost Prometheus where others than the host itself ask: its flags, in place of 50,000,000, 20 and 2 minutes. */
export const queryLimits = { samples: 10_000_000, atOnce: 8, seconds: 25 } as const;
