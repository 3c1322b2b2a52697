import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { Configuration } from "@metrics-link/config";
import { InvalidInputError } from "@metrics-link/contract";
import { renderSender } from "@metrics-link/prometheus";
import { checkedPrometheusFiles } from "../../../stacks/prometheus-files.ts";
import { userPrometheus } from "../../../stacks/user-prometheus.ts";
import { configurationOf } from "../../unit/policy/support/example.ts";

const repository = join(import.meta.dirname, "../../..");
const { network } = configurationOf("sender");
const rule = (name: string, more = "") => `  - record: ${name}\n    expr: sum(up)\n${more}`;
const group = (...rules: readonly string[]) => `groups:\n- name: g\n  rules:\n${rules.join("")}`;

describe("the user's files of Prometheus", function () {
  this.timeout(60_000);
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "users-files-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const place = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const folder = (name: string) => relative(repository, join(root, name));
  /** What a stack makes of the folders `scrape` and `rules`. */
  const read = (more: object = {}, targets: Configuration["network"]["targets"] = []) =>
    userPrometheus({
      network: { ...network, targets },
      prometheus: {
        scrapeInterval: "15s",
        scrapeConfigs: folder("scrape"),
        secrets: {},
        scrapeIdentity: false,
        rules: folder("rules"),
        alerts: {},
        alertmanagers: [],
        externalLabels: {},
        remoteWrite: {},
        ...more,
      },
    });
  const check = (scrapeInterval = "15s") =>
    checkedPrometheusFiles(renderSender({ scrapeInterval, externalLabels: {}, linked: true, ...read() }));
  const problemsOf = (run: () => unknown): readonly string[] => {
    try {
      run();
    } catch (error) {
      assert.ok(error instanceof InvalidInputError, String(error));
      assert.doesNotMatch(error.message, /metrics-link-promtool|ENOENT(?!:)/);
      return error.problems.map(({ key, value, remedy }) => `${key.replace(folder(""), "")} | ${value} | ${remedy}`);
    }
    assert.fail("nothing was refused");
  };

  it("arrive byte by byte, with a byte order mark and CRLF", () => {
    const rules = `\uFEFF${group(rule("a", "    labels: {account_id: 012345678901, version: 1.10}\n")).replaceAll("\n", "\r\n")}`;
    place("rules/a.yml", rules);
    place("scrape/b.yaml", "scrape_configs:\r\n- job_name: 007\r\n");
    const { files, warnings } = check();
    const contentOf = (name: string) => files.find(({ path }) => path === name)?.content;
    assert.equal(contentOf("prometheus/rules/a.yml"), rules);
    assert.equal(contentOf("prometheus/scrape/b.yaml"), "scrape_configs:\r\n- job_name: 007\r\n");
    assert.deepEqual(warnings, []);
  });

  it("may be hidden, of comments alone, or none, and then change nothing", () => {
    for (const path of ["scrape/.gitkeep", "rules/.gitkeep", "rules/.DS_Store"]) place(path, "");
    place("scrape/later.yaml", "# - job_name: later\n");
    place("rules/later.yml", "---\n# groups: []\n");
    const { files } = check();
    assert.ok(!files.some(({ path }) => /scrape\/|rules\//.test(path)));
  });

  it("are refused with the line that is not UTF-8", () => {
    place("scrape/a.yaml", Buffer.from("- job_name: a\n  params: {x: [Z\xfcrich]}\n", "latin1"));
    place("rules/a.yml", Buffer.from("\uFEFFgroups: []\n", "utf16le"));
    assert.deepEqual(problemsOf(read), [
      "/scrape/a.yaml | line 2 is not UTF-8 | a text in UTF-8: save it again with that encoding",
      "/rules/a.yml | line 1 is not UTF-8 | a text in UTF-8: save it again with that encoding",
    ]);
  });

  it("are refused all at once: what is no file, no YAML, or no authority", () => {
    place("scrape/README.md", "");
    place("scrape/more.yml/x", "");
    place("rules/a.yml", "groups: []\n---\ngroups: []\n");
    symlinkSync("nowhere", join(root, "rules/b.yml"));
    place("ca.pem", "no certificate");
    const url = "https://am.example.com";
    const found = problemsOf(() =>
      read({
        alertmanagers: [
          { url, ca: folder("ca.pem") },
          { url, ca: folder("none.pem") },
        ],
      }),
    );
    assert.match(found[0] ?? "", /\/scrape\/README\.md \| not YAML/);
    assert.match(found[1] ?? "", /\/scrape\/more\.yml \| not a file/);
    assert.match(found[2] ?? "", /\/rules\/b\.yml \| cannot be read \| a file that can be read: ENOENT: no such file/);
    assert.match(found[3] ?? "", /\/rules\/a\.yml:3 \| groups: \[\] \| a second document/);
    assert.match(found[4] ?? "", /alertmanagers\[0\]\.ca \| .* \| a file with only PEM certificates/);
    assert.match(found[5] ?? "", /alertmanagers\[1\]\.ca \| .* \| a file of the repository/);
    assert.equal(found.length, 6);
  });

  it("are refused if Prometheus would read the first of several documents alone", () => {
    place("scrape/a.yaml", "- job_name: a\n");
    place("rules/a.yml", "groups: []\n---\ngroups:\n- name: silent\n");
    assert.match(problemsOf(read)[0] ?? "", /\/rules\/a\.yml:3 \| groups: \| a second document/);
  });

  it("are refused as promtool refuses them, each by its own line, all at once", () => {
    place("scrape/a.yaml", "---\n- job_name: a\n  scrape_timeout: 1h\n");
    place("scrape/b.yaml", "- job_name: b\n  honor_labels: yEs\n");
    place("rules/a.yml", group(rule("x", "    labls: {a: b}\n"), "  - expr: sum(\n"));
    place("rules/b.yml", group("  - record: x\n    expr: sum(up\n", "  - alert: y\n    expr: up +\n"));
    const found = problemsOf(() => check());
    const expected = [
      /^\/rules\/a\.yml:6 \| labls: \{a: b\} \| field labls not found/,
      /^\/rules\/b\.yml:5 \| expr: sum\(up \| group "g", rule 1, "x": could not parse expression/,
      /^\/rules\/b\.yml:7 \| expr: up \+ \| group "g", rule 2, "y": could not parse expression/,
      /^\/scrape\/a\.yaml:2 \| job_name: a \| scrape timeout greater than scrape interval .* job name "a"/,
      /^\/scrape\/b\.yaml:2 \| honor_labels: yEs \| cannot unmarshal/,
    ];
    for (const one of expected)
      assert.ok(
        found.some((problem) => one.test(problem)),
        `${found.join("\n")}\n${one}`,
      );
    assert.equal(found.length, expected.length, found.join("\n"));
  });

  it("are refused once for all kinds of mistakes: fields, names, secrets, and what promtool finds in the rest", () => {
    place(
      "scrape/a.yaml",
      [
        "- job_name: a",
        "  scrape_interval: [1]",
        "- job_name: b",
        "  basic_auth: {username: u, password_file: secrets/none}",
        "- job_name: b",
        "- job_name: c",
        "  scrape_timeout: 1h",
      ].join("\n"),
    );
    place("scrape/b c.yaml", "- job_name: d\n");
    place("scrape/c.yaml", "jobs: []\n");
    place("rules/a.yml", group("  - record: x\n    expr: sum(up\n"));
    place("rules/b.yml", "groups: [\n");
    const found = problemsOf(() => check());
    const expected = [
      /^\/scrape\/a\.yaml:2: a: scrape_interval \| /,
      /^\/scrape\/b c\.yaml \| b c\.yaml \| a file name/,
      /^\/scrape\/c\.yaml:1 \| .* \| a list of Prometheus scrape_configs/,
      /^\/scrape\/a\.yaml:5: job_name \| b \| another name/,
      /^\/scrape\/a\.yaml:3: b: basic_auth\.password_file \| secrets\/none \| a secret of the configuration/,
      /^\/rules\/a\.yml:5 \| expr: sum\(up \| .*could not parse expression/,
      /^\/rules\/b\.yml:1 \| groups: \[ \| /,
      /^\/scrape\/a\.yaml:6 \| job_name: c \| scrape timeout greater than scrape interval/,
    ];
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [index, one] of expected.entries()) assert.match(found[index] ?? "", one, found.join("\n"));
  });

  for (const field of ["for: 5 minutes", "keep_firing_for: '-1m' # a minute", 'for: "1.5h"'])
    it(`are refused at the line of a duration that is none: ${field}`, () => {
      place(
        "rules/a.yml",
        `${group("  - alert: a\n    expr: up\n    for: 5m\n")}  - alert: b\n    expr: up\n    ${field}\n`,
      );
      place("scrape/.gitkeep", "");
      const found = problemsOf(() => check());
      assert.equal(found.length, 1, found.join("\n"));
      assert.ok(found[0]?.startsWith(`/rules/a.yml:9 | ${field} | `), found[0]);
    });

  it("are refused at the job that promtool means, where it names none", () => {
    const job = (name: string, regex: string) =>
      `- job_name: ${name}\n  relabel_configs: [{regex: '${regex}', target_label: x}]\n`;
    place(
      "scrape/a.yaml",
      `# all\n${["a", "b", "c", "d"].map((name) => job(name, name === "c" ? "(" : name)).join("")}`,
    );
    place("scrape/b.yaml", job("e", "["));
    place("rules/.gitkeep", "");
    const found = problemsOf(() => check());
    assert.match(found[0] ?? "", /^\/scrape\/a\.yaml:6 \| c \| error parsing regexp/);
    assert.match(found[1] ?? "", /^\/scrape\/b\.yaml:1 \| e \| error parsing regexp/);
    assert.equal(found.length, 2, found.join("\n"));
  });

  it("are taken with a warning where only a linter has an objection", () => {
    place("rules/a.yml", group(rule("x"), rule("x"), rule("y")));
    place("scrape/a.yaml", "- job_name: slow\n  scrape_interval: 6m\n");
    const { files, warnings } = check();
    assert.ok(files.some(({ path }) => path === "prometheus/rules/a.yml"));
    assert.equal(warnings.length, 2, warnings.join("\n"));
    assert.match(warnings[0] ?? "", /too long scrape interval found.*job: slow, interval: 6m/);
    assert.match(warnings[1] ?? "", /rules\/a\.yml: 1 duplicate rule\(s\) found\. Metric: x/);
  });
});
