import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { prometheusFiles, type Rendering, releaseFiles, renderSender } from "@metrics-link/prometheus";
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
