import assert from "node:assert/strict";
import { InvalidInputError } from "@metrics-link/contract";
import { scrapeFilesOf, userFile } from "../examples.ts";
import { PrometheusReader } from "./reader.ts";

/** Each value in the place of a field, as it stands in a file. */
const values = {
  nothing: "",
  null: "~",
  "an empty text": '""',
  "an empty list": "[]",
  "an empty mapping": "{}",
  "a list in a list": "[[a]]",
  "a list with null": "[null]",
  "a mapping": "{a: {b: c}}",
  "a negative number": "-1",
  "a fraction": "1.5",
  "a huge number": "9".repeat(400),
  "not a number": ".nan",
  "a huge text": "x".repeat(100_000),
  "a truth": "yes",
  "a control character": '"\\x07"',
  "a template": "$" + "{x}",
} as const;

const fields = [
  ...[
    "job_name",
    "static_configs",
    "scrape_interval",
    "scrape_timeout",
    "scrape_protocols",
    "fallback_scrape_protocol",
  ],
  ...["metrics_path", "params", "scheme", "tls_config", "follow_redirects", "enable_http2", "enable_compression"],
  ...["honor_labels", "honor_timestamps", "track_timestamps_staleness", "relabel_configs", "metric_relabel_configs"],
  ...["body_size_limit", "sample_limit", "label_limit", "label_name_length_limit", "label_value_length_limit"],
  ...["target_limit", "basic_auth", "file_sd_configs", "no_such_field", "__proto__", "constructor"],
];

/** The same below a field of each kind. */
const inner: Readonly<Record<string, (value: string) => string>> = {
  "static_configs.0.targets": (value) => `static_configs: [{targets: ${value}}]`,
  "static_configs.0.targets.0": (value) => `static_configs: [{targets: [${value === "" ? "~" : value}]}]`,
  "static_configs.0.labels": (value) => `static_configs: [{labels: ${value}}]`,
  "static_configs.0.labels.a": (value) => `static_configs: [{labels: {a: ${value}}}]`,
  "params.a": (value) => `params: {a: ${value}}`,
  "tls_config.ca": (value) => `tls_config: {ca: ${value}}`,
  "tls_config.min_version": (value) => `tls_config: {min_version: ${value}}`,
  "relabel_configs.0.regex": (value) => `relabel_configs: [{regex: ${value}, target_label: a}]`,
  "relabel_configs.0.modulus": (value) => `relabel_configs: [{modulus: ${value}, target_label: a, action: hashmod}]`,
  "relabel_configs.0.action": (value) => `relabel_configs: [{action: ${value}, target_label: a}]`,
  "relabel_configs.0.source_labels": (value) => `relabel_configs: [{source_labels: ${value}, target_label: a}]`,
};

describe("a wrong value in a scrape file", function () {
  this.timeout(60_000);
  let prometheus: PrometheusReader;
  before(async () => {
    prometheus = await PrometheusReader.start();
  });
  after(() => prometheus.stop());

  const lines = Object.fromEntries(fields.map((field) => [field, (value: string) => `${field}: ${value}`]));
  for (const [field, line] of Object.entries({ ...lines, ...inner })) {
    it(`is refused with file, line, job and field, or Prometheus decides: ${field}`, async () => {
      for (const [what, value] of Object.entries(values)) {
        const first = field === "job_name" ? "-" : "- job_name: shop\n ";
        const text = `# one\n${first} ${line(value)}\n`;
        const problems = problemsOf(text);
        const at = field === "job_name" ? 2 : 3;
        for (const { key, remedy } of problems ?? []) {
          assert.match(key, new RegExp(`^scrape/shop\\.yaml:${at}(: .*${field.replace(/\.\d+$|\.a$/, "")}.*|)$`), what);
          assert.ok(remedy.length > 5, what);
        }
        if (problems !== undefined) continue;
        // Whatever is let through, Prometheus either takes or refuses in the preview; it must not be lost on the way.
        const placed = scrapeFilesOf([userFile("scrape/shop.yaml", text)])[0]?.content ?? "";
        await prometheus.read(placed).catch((error: Error) => assert.match(error.message, /yaml|config/i, what));
      }
    });
  }

  function problemsOf(text: string) {
    try {
      scrapeFilesOf([userFile("scrape/shop.yaml", text)]);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof InvalidInputError, String((error as Error).stack));
      assert.ok(error.message.length < 5_000);
      return error.problems;
    }
  }
});
