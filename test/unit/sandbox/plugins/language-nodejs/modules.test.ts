import assert from "node:assert/strict";
import { resolve } from "node:path";
import { directDependencies, locateModule, nearest } from "@metrics-link/sandbox/plugins/language-nodejs/modules.ts";

const sandbox = resolve(import.meta.dirname, "../../../../../packages/sandbox");

describe("packages of a program", () => {
  it("are found as the program would load them", () => {
    assert.match(locateModule("@pulumi/pulumi/cmd/run", sandbox), /@pulumi\/pulumi\/cmd\/run\/index\.js$/);
    assert.throws(() => locateModule("@pulumi/pulumi/cmd/run", "/"), /cannot be found from \/: install the packages/);
  });

  it("are listed with their installed versions", () => {
    const versions = new Map(directDependencies(sandbox).map(({ name, version }) => [name, version]));
    assert.equal(versions.get("@pulumi/pulumi"), "3.255.0");
    assert.equal(versions.get("@pulumi/command"), "1.2.1");
  });

  it("are also found in the directories above", () => {
    assert.equal(nearest("package.json", `${sandbox}/plugins/rpc`), `${sandbox}/package.json`);
    assert.equal(nearest("no-such-file", sandbox), undefined);
  });
});
