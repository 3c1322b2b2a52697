import assert from "node:assert/strict";
import { hasCode } from "@metrics-link/contract";
import { scrapeJobsOf } from "@metrics-link/prometheus";
import { stringify } from "yaml";

const target = { static_configs: [{ targets: ["198.51.100.10:443"] }] };
const jobsOf = (content: string) => scrapeJobsOf([{ name: "shop.yaml", content }]);
const withField = (more: object) => jobsOf(stringify([{ job_name: "shop", ...target, ...more }]));

describe("a user's scrape jobs", () => {
  it("may set protocol, interval, limits and relabelling", () => {
    const job = {
      job_name: "shop",
      scrape_interval: "1m30s",
      scheme: "https",
      params: { module: ["http_2xx"] },
      tls_config: { ca: "-----BEGIN CERTIFICATE-----\n", server_name: "shop.example", min_version: "TLS13" },
      sample_limit: 60_000,
      body_size_limit: "1MiB",
      static_configs: [{ targets: ["198.51.100.10:443"], labels: { team: "shop", __param_target: "x" } }],
      relabel_configs: [{ source_labels: ["__address__"], target_label: "instance" }],
      metric_relabel_configs: [{ action: "labeldrop", regex: "id" }],
    };
    assert.deepEqual(jobsOf(stringify([job])), [job]);
  });

  for (const [what, more, refusal] of [
    ["an authority's file", { tls_config: { ca_file: "/etc/ssl/x.pem" } }, /tls_config\.ca_file is .*: ca, with the/],
    ["no check of the certificate", { tls_config: { insecure_skip_verify: true } }, /insecure_skip_verify is/],
    ["targets that are found", { ec2_sd_configs: [{}] }, /shop: ec2_sd_configs is .*: static_configs/],
    ["targets of a file", { file_sd_configs: [{ files: ["*.yml"] }] }, /file_sd_configs is .*: static_configs/],
    ["a proxy", { proxy_url: "http://192.0.2.1" }, /proxy_url is .*: no proxy/],
    ["an unknown field", { more: 1 }, /shop: more is .*: no such field/],
    ["another address by relabelling", { relabel_configs: [{ target_label: "__address__" }] }, /0\.target_label is/],
    ["another address by a made name", { relabel_configs: [{ target_label: "$1" }] }, /target_label is "\$1"/],
    ["another address by a map", { relabel_configs: [{ action: "labelmap" }] }, /action is "labelmap": one of/],
    [
      "another path by a label",
      { static_configs: [{ targets: [], labels: { __metrics_path__: "/x" } }] },
      /static_configs\.0\.labels\.__metrics_path__/,
    ],
    ["no limit", { sample_limit: 0 }, /sample_limit is 0: a whole number from 1/],
    ["a target that is a number", { static_configs: [{ targets: [9100] }] }, /static_configs\.0\.targets\.0 is 9100/],
    ["static_configs that are no list", { static_configs: { targets: [] } }, /static_configs is .*: a list/],
  ] as const) {
    it(`may not have ${what}`, () =>
      assert.throws(() => withField(more), { code: "PROMETHEUS_CONFIGURATION_INVALID", message: refusal }));
  }

  for (const [what, content, refusal] of [
    ["nothing", "", /shop\.yaml is "empty": a list of Prometheus scrape_configs/],
    ["a mapping", "job_name: shop\n", /shop\.yaml is .*: a list of Prometheus scrape_configs/],
    ["a job of nothing", "- null\n", /shop\.yaml: job 1 is null: a scrape job/],
    ["a job without a name", "- metrics_path: /x\n", /shop\.yaml: job 1: job_name is missing: a name/],
    ["a duplicate key", "- job_name: a\n  job_name: b\n", /shop\.yaml is "not YAML": Map keys must be unique/],
    ["no YAML", "- [\n", /shop\.yaml is "not YAML"/],
  ] as const) {
    it(`are refused with the file's name if it contains ${what}`, () => {
      assert.throws(
        () => jobsOf(content),
        (error: Error) =>
          error.name === "InvalidInputError" &&
          hasCode(error, "PROMETHEUS_CONFIGURATION_INVALID") &&
          refusal.test(error.message),
      );
    });
  }
});
