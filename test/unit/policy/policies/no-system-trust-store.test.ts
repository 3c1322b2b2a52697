import { specifyRelease } from "../support/specification.ts";

specifyRelease("no-system-trust-store", "sender", {
  "https without an authority": [
    (it) =>
      it.document("prometheus/prometheus.yml", (found) => {
        found.scrape_configs[0].scheme = "https";
      }),
    /https without tls_config\.ca or ca_file/,
  ],
  "https without an authority in a user's file": [
    (it) =>
      it.file(
        "prometheus/scrape/shop.yaml",
        () => "scrape_configs:\n- {job_name: x, scheme: https, tls_config: {ca: ''}}\n",
      ),
    /shop\.yaml\.0 uses https without tls_config\.ca or ca_file/,
  ],
  "no check in a user's file": [
    (it) =>
      it.file(
        "prometheus/scrape/shop.yaml",
        () => "scrape_configs:\n- {job_name: x, tls_config: {insecure_skip_verify: on}}\n",
      ),
    /shop\.yaml\.0\.tls_config\.insecure_skip_verify is on/,
  ],
  "no check": [
    (it) =>
      it.document("prometheus/prometheus.yml", (found) => {
        found.scrape_configs[0].tls_config = { insecure_skip_verify: true };
      }),
    /insecure_skip_verify is true/,
  ],
  "the system trust store": [
    (it) =>
      it.document("prometheus/prometheus.yml", (found) => {
        found.scrape_configs[0].tls_config = { ca_file: "/etc/ssl/certs/ca.pem" };
      }),
    /ca_file is \/etc\/ssl/,
  ],
  "a root that belongs to no peer": [
    (it) =>
      it.document("envoy/sds/trusted-ca-receiver.json", ({ resources: [secret] }) => {
        secret.validation_context.trusted_ca.filename = "/opt/metrics-link/current/tls/own-root.pem";
      }),
    /its roots are in tls\/own-root\.pem instead of a peer's file in tls\/roots\//,
  ],
});
