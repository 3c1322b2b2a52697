interface StatsConfig {
  readonly stats_matcher: {
    readonly exclusion_list: { readonly patterns: readonly { readonly safe_regex: { readonly regex: string } }[] };
  };
}

/**
 * Leaves out what multiplies with senders and workers and tells nothing that is not counted elsewhere too: the
 * per-listener copies of the HTTP counters, the per-worker copies of the listener's, and unused subsystems.
 * All TLS counters and the expiry gauges of single certificates stay.
 */
export const statsConfig: StatsConfig = {
  stats_matcher: {
    exclusion_list: {
      patterns: [
        "listener\\..*\\.http\\..*",
        "listener\\..*\\.worker_\\d+\\..*",
        "http\\..*\\.tracing\\..*",
        "http\\..*\\.(passthrough_internal_redirect|rs_too_large|downstream_rq_ws|downstream_cx_upgrades|downstream_cx_http3|downstream_rq_http3).*",
        "cluster\\..*\\.(lb_subsets|lb_recalculate|lb_zone|lb_local|original_dst|retry_or_shadow|upstream_rq_retry|upstream_internal_redirect|upstream_cx_http3|upstream_rq_http3).*",
        "(cluster_manager\\.(cds|update)|listener_manager\\.lds|thread_local_cluster_manager|dns|runtime)\\..*",
      ].map((regex) => ({ safe_regex: { regex } })),
    },
  },
};
