import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Git } from "../../../scripts/review/git.ts";
import { isNamedBy, namedPaths } from "../../../scripts/review/inputs.ts";
import { filesIn } from "../../../scripts/review/program.ts";
import { Checkout } from "./checkout.ts";

describe("the files that a configuration names", () => {
  let checkout: Checkout;
  beforeEach(() => {
    checkout = new Checkout();
  });
  afterEach(() => checkout.remove());
  const config = (key: string, path: string): Record<string, unknown> => {
    if (key === "peer" || key === "shows") return { [`metrics-link:${key}`]: { contract: path, artefacts: path } };
    if (key === "fleet") return { "metrics-link:fleet": path };
    if (key === "senders") return { "metrics-link:senders": [{ contract: path }] };
    if (key === "alertmanagers") return { "metrics-link:prometheus": { alertmanagers: [{ ca: path }] } };
    return { [`metrics-link:${key === "artefacts" ? "pki" : "prometheus"}`]: { [key]: path } };
  };
  const named = (path: string, key = "rules") =>
    namedPaths(config(key, path), checkout.directory, filesIn(checkout.directory, new Git(checkout.directory).files()));

  it("are those of the keys that name files, and of no other key", () => {
    for (const key of ["artefacts", "rules", "scrapeConfigs", "alertmanagers", "peer", "senders", "fleet", "shows"])
      assert.deepEqual(named("stacks/rules", key), ["stacks/rules"], key);
    checkout.write(".github/workflows/review.yaml", "on: push\n");
    const others = { "note:x": ".github/workflows", "metrics-link:host": { imageId: "stacks/rules" } };
    assert.deepEqual(namedPaths(others, checkout.directory, new Map()), []);
  });

  it("are in folders without programs, each with one spelling", () => {
    checkout.write("docs/rules/a.yaml", "groups: []\n");
    checkout.write("packages/envoy/data/x.yaml", "x: 1\n");
    const paths = ["docs/rules", "test/x", "packages/envoy/data", "scripts", "stacks", ".github/workflows", ".", ""];
    const spelt = ["./stacks/rules", "stacks/rules/", "stacks/../pnpm-workspace.yaml", "stacks//rules", "../x"];
    for (const path of [...paths, ...spelt]) {
      assert.throws(() => named(path), /metrics-link:prometheus\.rules is ".*in its shortest form/, path);
    }
  });

  it("are regular files that git lists, YAML, PEM or JSON", () => {
    checkout.write("stacks/code/x.js", "1\n");
    assert.throws(() => named("stacks/code"), /neither YAML, PEM nor JSON/);
    checkout.write("stacks/kept/.gitkeep", "");
    assert.deepEqual(named("stacks/kept"), ["stacks/kept"]);
    assert.ok(isNamedBy(["stacks/kept"], "stacks/kept/.gitkeep"));
    assert.ok(!isNamedBy(["stacks/kept"], "stacks/kept/x.js"));
    checkout.write(".gitignore", "hidden.yaml\n");
    checkout.write("stacks/hidden/hidden.yaml", "groups: []\n");
    assert.throws(() => named("stacks/hidden"), /no regular file that git lists/);
    for (const target of ["../Pulumi.other.yaml", "../../docs/x.yaml", "/etc/hosts"]) {
      mkdirSync(join(checkout.directory, "stacks/linked"), { recursive: true });
      symlinkSync(target, join(checkout.directory, "stacks/linked/a.yaml"));
      assert.throws(() => named("stacks/linked"), /no regular file/, target);
      rmSync(join(checkout.directory, "stacks/linked"), { recursive: true });
    }
    symlinkSync("rules", join(checkout.directory, "stacks/alias"));
    assert.throws(() => named("stacks/alias"), /no regular file/);
  });

  it("may be outside the repository, but no such path may lead back into it", () => {
    assert.deepEqual(named("/etc/metrics-link", "artefacts"), []);
    const around = mkdtempSync(join(tmpdir(), "around-"));
    symlinkSync(checkout.directory, join(around, "link"));
    for (const path of [join(checkout.directory, "stacks/rules"), join(around, "link/packages")])
      assert.throws(() => named(path, "artefacts"), /relative to its root/, path);
    rmSync(around, { recursive: true });
  });

  it("need not exist yet", () => assert.deepEqual(named("pki/account-a", "artefacts"), ["pki/account-a"]));
});
