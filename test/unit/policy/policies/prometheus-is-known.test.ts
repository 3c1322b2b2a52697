import type { Mutant } from "../../../program/policy/support/mutate.ts";
import type { Part } from "../../envoy/read/attacks/attack.ts";
import { specifyRelease } from "../support/specification.ts";

const told = (change: (document: Part) => void) => (it: Mutant) => it.document("prometheus/prometheus.yml", change);
const jobs = (text: string) => (it: Mutant) => it.file("prometheus/scrape/shop.yaml", () => `scrape_configs:\n${text}`);
const withoutAlert = (name: string) => (it: Mutant) =>
  it.document("prometheus/alerts.yml", ({ groups }: Part) => {
    for (const group of groups) group.rules = group.rules.filter((rule: Part) => rule.alert !== name);
  });

specifyRelease("prometheus-is-known", "sender", {
  "jobs from another file": [
    told((found) => {
      found.scrape_config_files = ["/var/lib/metrics-link/prometheus/*.yml"];
    }),
    /prometheus\.yml: scrape_config_files names \/var\/lib.*, which is no file of this release$/,
  ],
  "rules from another folder": [
    told((found) => found.rule_files.push("/var/lib/metrics-link/prometheus/*.yml")),
    /rule_files names \/var\/lib.*, which is no file of this release$/,
  ],
  "no rules": [
    told((found) => {
      found.rule_files = [];
    }),
    /rule_files leaves out alerts\.yml$/,
  ],
  "a relabelling that drops everything": [
    told((found) => {
      found.remote_write[0].write_relabel_configs.push({ action: "drop", regex: ".*", source_labels: ["__name__"] });
    }),
    /remote_write\.0\.write_relabel_configs\.\d+ is .* instead of not set$/,
  ],
  "an identity that a target may replace": [
    told((found) => {
      found.remote_write[0].write_relabel_configs.pop();
    }),
    /remote_write\.0\.write_relabel_configs\.\d+ is not set instead of {"target_label":"account","replacement":"a"}$/,
  ],
  "a credential for remote_write": [
    told((found) => {
      found.remote_write[0].authorization = { credentials_file: "alertmanager-0.secret" };
    }),
    /remote_write\.0\.authorization is/,
  ],
  "a proxy": [
    told((found) => {
      found.remote_write[0].proxy_url = "http://127.0.0.1:9999";
    }),
    /remote_write\.0\.proxy_url is/,
  ],
  "a queue of one": [
    told((found) => {
      found.remote_write[0].queue_config.capacity = 1;
    }),
    /queue_config\.capacity is 1 instead of 10000$/,
  ],
  "writes without remote_write": [
    told((found) => {
      found.remote_write = [];
    }),
    /remote_write\.0 is not set instead of/,
  ],
  "a link and no writes": [
    told((found) => {
      delete found.remote_write;
    }),
    /remote_write is not set instead of/,
  ],
  traces: [
    told((found) => {
      found.tracing = { endpoint: "192.0.2.1:4317", insecure: true };
    }),
    /tracing is not known$/,
  ],
  "an Alertmanager that is not configured": [
    told((found) => {
      found.alerting = { alertmanagers: [{ static_configs: [{ targets: ["evil.example"] }] }] };
    }),
    /alerting is .* instead of not set$/,
  ],
  "labels of another account": [
    told((found) => {
      found.global.external_labels.account = "b";
    }),
    /global\.external_labels\.account is "b" instead of "a"$/,
  ],
  "a job of ours that relabels": [
    told((found) => {
      found.scrape_configs[1].metric_relabel_configs = [{ action: "drop" }];
    }),
    /scrape_configs\.1\.metric_relabel_configs is/,
  ],
  "a job that no file of the user has": [
    told((found) => found.scrape_configs.push({ job_name: "x" })),
    /prometheus\.yml: scrape_configs\.3 is .* instead of not set$/,
  ],
  "no scrape files": [
    told((found) => {
      delete found.scrape_config_files;
    }),
    /prometheus\.yml: scrape_config_files leaves out scrape\/shop\.yaml$/,
  ],
  "a job that is given an Alertmanager's secret": [
    jobs("- job_name: x\n  authorization: { credentials_file: ../alertmanager-0.secret }\n"),
    /scrape\/shop\.yaml: scrape_configs\[0\]\.authorization\.credentials_file is not known$/,
  ],
  "a job with a file outside the folder of secrets": [
    jobs("- job_name: x\n  tls_config: { key_file: secrets/../x }\n"),
    /scrape\/shop\.yaml: scrape_configs\[0\]\.tls_config\.key_file is not known$/,
  ],
  "a header with any file of the host": [
    jobs("- job_name: x\n  http_headers: { A: { files: [/etc/passwd] } }\n"),
    /scrape\/shop\.yaml: scrape_configs\[0\]\.http_headers\.A\.files\[0\] is not known$/,
  ],
  "a job with a password in clear": [
    jobs("- job_name: x\n  basic_auth: { username: a, password: b }\n"),
    /scrape\/shop\.yaml: scrape_configs\[0\]\.basic_auth\.password is not known$/,
  ],
  "a job with a password that a merge key brings": [
    jobs("- &a\n  job_name: x\n  basic_auth: { password: a }\n- <<: *a\n  job_name: y\n"),
    /scrape\/shop\.yaml: scrape_configs\[1\]\.basic_auth\.password is not known$/,
  ],
  "a job with a credential behind a line break of YAML 1.1": [
    jobs("- job_name: x # see\u2028  basic_auth: { username: a }\n"),
    /scrape\/shop\.yaml does not consist of scrape_configs/,
  ],
  "scrape files with something else": [
    (it) => it.file("prometheus/scrape/shop.yaml", () => "remote_write: []\n"),
    /scrape\/shop\.yaml does not consist of scrape_configs/,
  ],
  "no alert of the link": [(it) => it.file("prometheus/alerts.yml", () => "groups: []\n"), /LinkBehind is missing$/],
  "one missing alert": [withoutAlert("SamplesDropped"), /the alert SamplesDropped is missing$/],
});

specifyRelease("prometheus-is-known", "receiver", {
  "a window of a millisecond": [
    told((found) => {
      found.storage.tsdb.out_of_order_time_window = "1ms";
    }),
    /storage\.tsdb\.out_of_order_time_window is "1ms" instead of "24h"$/,
  ],
  "alerts that are dropped on their way": [
    told((found) => {
      found.alerting = { alert_relabel_configs: [{ action: "drop" }], alertmanagers: [] };
    }),
    /alerting is .* instead of not set$/,
  ],
  "no SenderSilent alert": [withoutAlert("SenderSilent"), /SenderSilent does not miss account-a$/],
  "a sender that SenderSilent does not miss": [
    (it) => it.file("prometheus/alerts.yml", (text) => text.replace('"account-a"', '"account-b"')),
    /SenderSilent does not miss account-a$/,
  ],
});
