import { noSystemTrustStore } from "@metrics-link/policy/policies/no-system-trust-store.ts";
import { trustOf } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease(noSystemTrustStore, "sender", {
  "https without an authority": [
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.scrape_configs[0].scheme = "https";
      }),
    /https without tls_config.ca_file/,
  ],
  "no check": [
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.scrape_configs[0].tls_config = { insecure_skip_verify: true };
      }),
    /insecure_skip_verify is true/,
  ],
  "the store of the system": [
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.scrape_configs[0].tls_config = { ca_file: "/etc/ssl/certs/ca.pem" };
      }),
    /ca_file is \/etc\/ssl/,
  ],
  "Envoy's word for it": [
    (it) =>
      it.cluster((cluster) => {
        trustOf(cluster).default_validation_context.system_root_certs = {};
      }),
    /system_root_certs is set/,
  ],
});
