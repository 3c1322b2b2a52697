import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { noteRoots } from "../../../scripts/rotate/act.ts";
import { StackFile } from "../../../scripts/stack/stack-file.ts";

const examples = resolve(import.meta.dirname, "../../../stacks/examples");

describe("a rotation of the root, in the file of the exchange stack", () => {
  let folder: string;
  let host: StackFile;
  const shown = () => join(folder, "Pulumi.account-a.yaml");
  const roots = () => {
    const configuration = new StackFile(shown()).readAny();
    return configuration.role === "exchange" ? configuration.pki.roots : assert.fail(configuration.role);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "roots-"));
    const path = join(folder, "Pulumi.production-sender.yaml");
    const text = readFileSync(join(examples, "sender.yaml"), "utf8");
    writeFileSync(path, text.replace("# metrics-link:exchange:", "metrics-link:exchange:"));
    copyFileSync(join(examples, "sender-exchange.yaml"), shown());
    host = new StackFile(path);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is what it shows while its host is gone", () => {
    const steps: readonly (readonly [Parameters<StackFile["setGenerations"]>[0], readonly number[]])[] = [
      [{ otherRoots: [2] }, [1, 2]],
      [{ root: 2, otherRoots: [1] }, [2, 1]],
      [{ otherRoots: [] }, [2]],
    ];
    for (const [change, expected] of steps) {
      host.setGenerations(change);
      noteRoots(host);
      assert.deepEqual(roots(), expected);
    }
  });

  it("changes nothing while the root is the first one, and keeps comments", () => {
    const before = readFileSync(shown(), "utf8");
    noteRoots(host);
    assert.equal(readFileSync(shown(), "utf8"), before);
    host.setGenerations({ root: 2 });
    noteRoots(host);
    const comments = (text: string) => text.split("\n").filter((line) => /^\s*#/.test(line));
    assert.deepEqual(comments(readFileSync(shown(), "utf8")), comments(before));
  });

  it("needs no exchange, and none whose file is here", () => {
    rmSync(shown());
    noteRoots(host);
    copyFileSync(join(examples, "sender.yaml"), host.path);
    noteRoots(host);
  });
});
