import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkPackageSettings } from "../../../scripts/review/package-settings.ts";
import { repository } from "../../../scripts/stack/context.ts";

describe("the package settings of a program under review", () => {
  let directory: string;
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  const check = () => checkPackageSettings(directory);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "metrics-link-settings-"));
    write("package.json", '{ "name": "root", "type": "module", "engines": { "node": ">=20" } }');
    write("pnpm-workspace.yaml", "packages:\n  - packages/*\n");
    write("packages/a/package.json", '{ "name": "a" }');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("are accepted if they only name packages, as this repository's do", () => {
    check();
    checkPackageSettings(repository);
  });

  for (const manifest of [
    '{ "pnpm": false, "packageManager": "pnpm@9.1.0" }',
    '{ "pnpm": "", "devEngines": { "packageManager": { "name": "pnpm", "version": "9.1.0" } } }',
    '{ "pnpm": null }',
    '{ "packageManager": "" }',
    '{ "workspaces": ["../*"] }',
    '{ "publishConfig": { "directory": "../.." } }',
  ]) {
    it(`are refused with ${manifest}, in any package`, () => {
      for (const path of ["package.json", "packages/a/package.json"]) {
        write(path, manifest);
        assert.throws(check, { message: new RegExp(`${path} has the key "[a-zA-Z]+"`) });
        write(path, "{}");
      }
    });
  }

  it("are refused with an engine that pnpm would act on", () => {
    write("package.json", '{ "engines": { "node": "20", "runtime": { "name": "node" } } }');
    assert.throws(check, /package\.json has the engine "runtime"/);
    write("package.json", '{ "engines": "pnpm" }');
    assert.throws(check);
  });

  it("are refused with a file that steers pnpm, wherever it is", () => {
    for (const name of [".npmrc", ".pnpmfile.cjs", ".pnpmfile.mjs", "package.yaml", "package.json5"]) {
      for (const path of [name, `packages/a/${name}`]) {
        write(path, "");
        assert.throws(check, { message: new RegExp(`^${path} steers pnpm`) });
        rmSync(join(directory, path));
        symlinkSync("package.json", join(directory, path));
        assert.throws(check, /steers pnpm/);
        rmSync(join(directory, path));
      }
    }
    write("packages/a/pnpm-workspace.yaml", "");
    assert.throws(check, /packages\/a\/pnpm-workspace\.yaml is a workspace within the workspace/);
  });

  it("are refused if they cannot be read", () => {
    write("packages/a/package.json", "[");
    assert.throws(check, /packages\/a\/package\.json cannot be read/);
    write("packages/a/package.json", "{}");
    write("pnpm-workspace.yaml", "- packages/*\n");
    assert.throws(check, /pnpm-workspace\.yaml cannot be read/);
  });
});
