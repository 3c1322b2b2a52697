import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { prometheusFiles, type Rendering, releaseFiles, renderSender, verdictOf } from "@metrics-link/prometheus";
import { tool } from "../../support/tool.ts";
import { examples, senderOfUser, userFile } from "./examples.ts";

describe("promtool", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "promtool-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function check(rendering: Rendering): { readonly accepted: boolean; readonly said: string } {
    for (const { path, content } of prometheusFiles(rendering)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    }
    const words = ["check", "config", join(directory, releaseFiles.configuration)];
    const { status, stdout, stderr } = spawnSync(tool("promtool"), words, { encoding: "utf8" });
    return { accepted: status === 0, said: stdout + stderr };
  }

  for (const [name, render] of Object.entries(examples)) {
    it(`accepts the configuration of ${name}`, () => {
      const { accepted, said } = check(render());
      assert.ok(accepted, said);
    });
  }

  it("is read by file and line, with its warnings beside its refusals", () => {
    const file = {
      place: "/t/scrape/a.yml",
      path: "mine/a.yml",
      content: "scrape_configs:\n- job_name: a\n",
      linesBefore: 1,
      mayHoldSecrets: false,
    };
    const said = `Checking /t/prometheus.yml
time=2026-01-01T00:00:00Z level=WARN source=x.go:1 msg="Something about /t/scrape/a.yml"
  WARNING: file "x.json" for file_sd in scrape job "a" does not exist
  FAILED: error loading scrape configs: "/t/scrape/a.yml": yaml: unmarshal errors:
  line 2: field x not found
  line 9: and more
  FAILED: parsing YAML file /t/prometheus.yml: a fault of ours
`;
    assert.deepEqual(verdictOf(said, [file]), {
      refusals: [
        { key: "mine/a.yml:1", value: "- job_name: a", remedy: "field x not found" },
        { key: "mine/a.yml:8", value: "", remedy: "and more" },
        { key: "Prometheus' configuration", value: "not as it takes it", remedy: "/t/prometheus.yml: a fault of ours" },
      ],
      warnings: ["Something about mine/a.yml", 'file "x.json" for file_sd in scrape job "a" does not exist'],
    });
    const secret = { ...file, content: "scrape_configs:\n- job_name: a\n  password: hunter2\n", mayHoldSecrets: true };
    const quoting = '  FAILED: "/t/scrape/a.yml": yaml: line 3: cannot unmarshal !!str `hunter2` into "hunter2"\n';
    assert.deepEqual(verdictOf(quoting, [secret]).refusals, [
      { key: "mine/a.yml:2", value: "password: …", remedy: 'cannot unmarshal !!str `…` into "…"' },
    ]);
    assert.deepEqual(verdictOf("Checking x\na panic\n", []).refusals.length, 1);
  });

  it("finds and checks the rule files next to the configuration", () => {
    assert.match(check(senderOfUser()).said, /SUCCESS: 1 rules found/);
    const broken = renderSender({
      scrapeInterval: "15s",
      externalLabels: {},
      linked: true,
      ruleFiles: [userFile("rules/broken.yml", "groups:\n  - name: x\n    rules:\n      - expr: sum(\n")],
    });
    assert.ok(!check(broken).accepted);
  });
});
