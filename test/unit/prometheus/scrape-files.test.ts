import assert from "node:assert/strict";
import { hasCode } from "@metrics-link/contract";
import { stringify } from "yaml";
import { ruleFilesOf, scrapeFilesOf, userFile } from "./examples.ts";

const target = { static_configs: [{ targets: ["198.51.100.10:443"] }] };
const filesOf = (...contents: readonly string[]) =>
  scrapeFilesOf(contents.map((content, index) => userFile(`scrape/${["shop", "more"][index]}.yaml`, content)));
const jobsOf = (content: string) => filesOf(content).flatMap(({ jobs }) => jobs);
/** A list of lists of lists, each with ten aliases to the one before. */
const multiplied = (depth: number) =>
  [
    "- &a0 [x, x, x, x, x, x, x, x, x, x]",
    ...Array.from({ length: depth }, (_, index) => `- &a${index + 1} [${`*a${index}, `.repeat(10)}]`),
  ].join("\n");
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
    const mapping = stringify({ scrape_configs: [job] });
    assert.deepEqual(jobsOf(mapping), [job]);
    assert.equal(filesOf(mapping)[0]?.content, mapping);
  });

  for (const [what, more, refusal] of [
    ["an authority's file", { tls_config: { ca_file: "/etc/ssl/x.pem" } }, /tls_config\.ca_file is .*: ca, with the/],
    ["no check of the certificate", { tls_config: { insecure_skip_verify: true } }, /insecure_skip_verify is/],
    ["targets that EC2 lists", { ec2_sd_configs: [{}] }, /shop: ec2_sd_configs is .*: static_configs; .* needs rights/],
    [
      "targets of a file",
      { file_sd_configs: [{ files: ["*.yml"] }] },
      /file_sd_configs is .*: static_configs; .* files/,
    ],
    ["targets of a URL", { http_sd_configs: [{ url: "http://x" }] }, /http_sd_configs is .*: .* asks another host/],
    ["targets of DNS", { dns_sd_configs: [{ names: ["x"] }] }, /dns_sd_configs is .*: .* asks another host/],
    ["targets of a discovery to come", { new_sd_configs: [{}] }, /new_sd_configs is .*: static_configs/],
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
    ["no limit", { sample_limit: 0 }, /sample_limit is "0": a whole number from 1; 0 would be no limit/],
    ["a target that is a number", { static_configs: [{ targets: [9100] }] }, /static_configs\.0\.targets\.0 is "9100"/],
    [
      "a label without a value",
      { static_configs: [{ labels: { a: null } }] },
      /labels\.\(not shown\) is null: a text; without one/,
    ],
    ["a list for a text", { metrics_path: ["/x"] }, /metrics_path is "a list": a path/],
    ["a text for a list", { relabel_configs: "x" }, /relabel_configs is "set": a list/],
    ["a word for a number", { label_limit: "many" }, /label_limit is "many": a whole number/],
    ["a word for a truth", { honor_labels: "maybe" }, /honor_labels is "maybe": true or false/],
    ["a job's name that nobody sees", { job_name: "a\u200bb" }, /job_name is "a\\u\{200b\}b": a name/],
    ["all of a configuration", { global: {} }, /global is .*: a job alone/],
    ["static_configs that are no list", { static_configs: { targets: [] } }, /static_configs is .*: a list/],
  ] as const) {
    it(`may not have ${what}`, () =>
      assert.throws(() => withField(more), { code: "PROMETHEUS_CONFIGURATION_INVALID", message: refusal }));
  }

  for (const [what, wrong] of [
    ["a name", "db.internal:9187"],
    ["the metadata service", "169.254.169.254:80"],
    ["an IPv6 address", "[fd00:ec2::254]:80"],
    ["a number that is an address", "2852039166:80"],
    ["no host", "0.0.0.0:80"],
    ["a group of hosts", "224.0.0.1:80"],
    ["every host", "255.255.255.255:80"],
    ["a port above 65535", "10.0.0.1:99999"],
    ["port 0", "10.0.0.1:0"],
  ] as const) {
    it(`may not have ${what} as a target`, () => {
      assert.throws(
        () => withField({ static_configs: [{ targets: ["127.0.0.1:9400", wrong] }] }),
        ({ message }: Error) =>
          message.includes(`scrape/shop.yaml:5: shop: static_configs.0.targets.1 is "${wrong}": an IPv4 address`),
      );
    });
  }

  it("may not have a target with a password, which the error does not repeat", () => {
    const withUser = () => withField({ static_configs: [{ targets: ["me:hunter2@10.0.0.1:80"] }] });
    assert.throws(withUser, ({ message }: Error) => /targets\.0 is "…@10\.0\.0\.1:80"/.test(message));
  });

  it("may leave a field empty, which then has Prometheus' default", () => {
    const [job] = jobsOf("- job_name: a\n  scrape_timeout:\n  relabel_configs: ~\n  static_configs:\n  - targets:\n");
    assert.deepEqual(job, { job_name: "a", static_configs: [{ targets: [] }] });
  });

  it("have limits in every notation of a number that go-yaml knows", () => {
    const limitsOf = (text: string) => jobsOf(`- {job_name: a, sample_limit: ${text}}\n`)[0]?.sample_limit;
    assert.deepEqual(["1e3", "0x1F", "010", "1_000", "5.9", "0b11"].map(limitsOf), [1000, 31, 8, 1000, 5, 3]);
    for (const zero of ["0", "00", "0x0", "0.0", "0.9", "0e5", "-0", ".5"])
      assert.throws(() => limitsOf(zero), /sample_limit/, zero);
  });

  it("may use aliases as often as they like, and merge keys", () => {
    const many = `- job_name: a\n  static_configs: &x [{targets: [10.0.0.1:1]}]\n${Array.from(
      { length: 1_000 },
      (_, index) => `- {job_name: a${index}, static_configs: *x}\n`,
    ).join("")}`;
    assert.equal(jobsOf(many).length, 1_001);
    const merged = "- &a {job_name: a, scrape_timeout: 1m}\n- <<: *a\n  job_name: b\n";
    assert.deepEqual(jobsOf(merged)[1], { job_name: "b", scrape_timeout: "1m" });
  });

  it("are left out with a file of comments alone, or of nothing", () => {
    assert.deepEqual(filesOf("", "# - job_name: later\n---\n"), []);
  });

  it("are told all at once, over all files", () => {
    const wrong = () => filesOf("- job_name: a\n  foo: 1\n- job_name: b\n", "- job_name: b\n- job_name: node\n- [\n");
    assert.throws(wrong, ({ message }: Error) => {
      assert.match(message, /scrape\/shop\.yaml:2: a: foo is "set"/);
      assert.match(message, /scrape\/more\.yaml:4 is ".*": not YAML/);
      return true;
    });
    assert.throws(
      () => filesOf("- job_name: b\n", "- job_name: b\n- job_name: node\n"),
      ({ message }: Error) => {
        assert.match(message, /more\.yaml:1: job_name is "b": another name; this is the job at scrape\/shop\.yaml:1/);
        assert.match(message, /more\.yaml:2: job_name is "node": another name; this is a job of the host itself/);
        return true;
      },
    );
  });

  it("are in files whose names fit a path of the host and no pattern", () => {
    for (const name of ["my jobs.yaml", "*.yaml", "[a].yml", ".yml", "a.txt"])
      assert.throws(() => scrapeFilesOf([userFile(name, "- job_name: a\n")]), /a file name of letters/, name);
  });

  for (const [what, content, refusal] of [
    ["a mapping", "job_name: shop\n", /shop\.yaml:1 is "a mapping with job_name": a list of Prometheus scrape_configs/],
    ["a whole configuration", "global: {}\nscrape_configs: []\n", /shop\.yaml:1 is "a mapping with global, scrape/],
    ["a text", "shop\n", /shop\.yaml:1 is "set": a list/],
    ["a job of nothing", "- null\n", /shop\.yaml:1: job 1 is null: a scrape job/],
    ["a job without a name", "-\n  metrics_path: /x\n", /shop\.yaml:2: job 1: job_name is missing: a name/],
    ["a duplicate key", "- job_name: a\n  job_name: b\n", /shop\.yaml:2 is "job_name: b": a key that is there twice/],
    ["no YAML", "- job_name: a\n- [\n", /shop\.yaml:3 is ".*": not YAML: Flow sequence/],
    ["a second document", "- job_name: a\n---\n- job_name: b\n", /shop\.yaml:3 is "job_name: b": a second document/],
    ["a tag", "- job_name: !x a\n", /shop\.yaml:1 is "job_name: …": a tag that/],
    ["an alias to itself", "- &a [*a]\n", /an alias inside of what it stands for/],
    ["an alias to nothing", "- *a\n", /shop\.yaml:1 is "\(not shown\)": an alias without/],
    ["a line that only YAML 1.1 breaks", "- job_name: a # b\u2028  basic_auth: {}\n", /U\+2028/],
    ["a line that a lone carriage return breaks", "- job_name: a # b\r  basic_auth: {}\n", /a lone carriage return/],
    ["an anchor that readers end elsewhere", "- &a:\n  job_name: b\n", /is ".*": an anchor, whose name/],
    ["aliases that multiply", multiplied(9), /aliases that stand for more than 1000000 values/],
  ] as const) {
    it(`are refused with file and line if it contains ${what}`, () => {
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

describe("a key that Prometheus reads as none", () => {
  const target = 'static_configs: [{ targets: ["10.0.0.1:1"], labels: ';
  for (const [what, labels] of [
    ["null", "{ null: x }"],
    ["NULL", "{ NULL: x }"],
    ["~", "{ ~: x }"],
    ["nothing", "{ : x }"],
    ["an explicit nothing", "{ ? : x }"],
    ["a tagged null", '{ !!null "": x }'],
    ["an alias to null", "{ a: &n null, *n : x }"],
  ] as const) {
    const refusal = /:2 is .*: a key that Prometheus reads as no key; write it in quotes if it is a text, or remove it/;

    it(`is refused in a scrape file, where it would silence its targets: ${what}`, () =>
      assert.throws(() => filesOf(`- job_name: a\n  ${target}${labels} }]\n`), refusal));

    it(`is refused in a rule file, where the label would be lost: ${what}`, () => {
      const rule = `groups: [{ name: g, rules:\n  [{ record: "a:b", expr: vector(1), labels: ${labels} }] }]\n`;
      assert.throws(() => ruleFilesOf([userFile("rules/r.yml", rule)]), refusal);
    });
  }

  it("is a text in quotes, as are keys that look like truths, numbers and dates", () => {
    const names = ["null", "yes", "1_0", "2001-01-01", ".nan", "0x1F"];
    const params = names.map((name, index) => `${index === 0 ? JSON.stringify(name) : name}: [a]`).join(", ");
    const [job] = jobsOf(`- { job_name: a, params: { ${params} } }\n`);
    assert.deepEqual(Object.keys(job?.params ?? {}), names);
  });
});
