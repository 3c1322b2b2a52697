import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "../../../../scripts/stack/context.ts";

describe("the rules of imports", () => {
  let folder: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  /** The broken rules, each with the file that breaks it. */
  const broken = (files: Readonly<Record<string, string>>): string[] => {
    for (const [path, text] of Object.entries(files)) write(path, text);
    const words = ["--config", ".dependency-cruiser.mjs", "--output-type", "json", "packages"];
    const { stdout } = spawnSync("depcruise", words, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 });
    const { summary } = JSON.parse(stdout);
    return summary.violations.map(
      ({ rule, from }: { rule: { name: string }; from: string }) => `${rule.name}: ${from}`,
    );
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "metrics-link-imports-"));
    for (const file of [".dependency-cruiser.mjs", "tsconfig.json"])
      copyFileSync(join(repository, file), join(folder, file));
    write("package.json", '{ "name": "x", "type": "module", "dependencies": { "@pulumi/pulumi": "1.0.0" } }');
    write("node_modules/@pulumi/pulumi/package.json", '{ "name": "@pulumi/pulumi", "main": "index.js" }');
    write("node_modules/@pulumi/pulumi/index.js", "");
    write("packages/contract/index.ts", 'import "node:crypto";\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("allow what is allowed", () => {
    assert.deepEqual(broken({ "packages/envoy/index.ts": 'import "../contract/index.ts";\n' }), []);
  });

  it("refuse a folder that no rule names", () => {
    const files = { "lib/a.ts": 'import "node:fs";\n', "packages/lib/a.ts": "", "packages/host/agent/b.ts": "" };
    const rules = broken({
      ...files,
      "packages/pki/a.ts": 'import "../../lib/a.ts";\n',
      "packages/network/a.ts": 'import "../lib/a.ts";\n',
    });
    for (const path of ["packages/pki/a.ts", "packages/network/a.ts"])
      assert.ok(rules.includes(`known-folders-only: ${path}`), rules.join("\n"));
  });

  it("refuse Pulumi, files, processes and requests in a package that computes", () => {
    const names = ["contract", "config", "release", "envoy", "prometheus", "report", "review", "audit", "console"];
    const modules = [
      "@pulumi/pulumi",
      "node:fs",
      "fs/promises",
      "node:child_process",
      "node:http",
      "node:worker_threads",
    ];
    const files = names.flatMap((name) =>
      modules.map((module, index) => [`packages/${name}/m${index}.ts`, `import "${module}";\n`] as const),
    );
    const rules = broken(Object.fromEntries(files));
    for (const [path] of files) assert.ok(rules.includes(`data-in-data-out: ${path}`), path);
  });

  it("refuse Pulumi on a host, also by way of a package that it may import", () => {
    const rules = broken({
      "packages/contract/index.ts": 'import "@pulumi/pulumi";\n',
      "packages/host/agent/a.ts": 'import "../../contract/index.ts";\n',
      "packages/host/agent/b.ts": 'import "@pulumi/pulumi";\n',
    });
    assert.ok(rules.includes("agent-reaches-no-pulumi: packages/host/agent/a.ts"), rules.join("\n"));
    assert.ok(rules.includes("agent-without-pulumi: packages/host/agent/b.ts"), rules.join("\n"));
  });

  it("refuse who judges in a renderer", () => {
    const files = { "packages/review/index.ts": "", "packages/audit/index.ts": "" };
    const rules = broken({
      ...files,
      "packages/prometheus/a.ts": 'import "../review/index.ts";\n',
      "packages/envoy/a.ts": 'import "../audit/index.ts";\n',
    });
    for (const path of ["packages/prometheus/a.ts", "packages/envoy/a.ts"])
      assert.ok(rules.includes(`renderers-are-pure: ${path}`), rules.join("\n"));
  });
});
