import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { senderChanges } from "@metrics-link/review";
import { reviewBranch } from "../../../scripts/review/branch.ts";
import type { StackContext } from "../../../scripts/stack/context.ts";
import { StackFile } from "../../../scripts/stack/stack-file.ts";
import { agreed } from "../fleet/files.ts";
import { Checkout } from "./checkout.ts";

/** The real review of a real branch, but for `pulumi`, which says nothing: what is compared is what counts here. */
describe("a review of a branch", function () {
  this.timeout(60_000);
  const stackFile = "stacks/Pulumi.prod.yaml";
  const configured = (more = "", others = "") =>
    `${others}config:\n  metrics-link:prometheus:\n    rules: stacks/rules\n${more}`;
  const provider = (key: string) => `secretsprovider: awskms://${key}\nencryptedkey: AAAA\n`;
  let checkout: Checkout;
  let bin: string;
  const { PATH: path, METRICS_LINK_CACHE: cache } = process.env;
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), "bin-"));
    writeFileSync(join(bin, "pulumi"), "#!/bin/sh\necho '{}'\n");
    chmodSync(join(bin, "pulumi"), 0o755);
    process.env.PATH = `${bin}:${path}`;
    process.env.METRICS_LINK_CACHE = bin;
    checkout = new Checkout();
    checkout.write("packages/policy/package.json", '{"name":"@x/policy","version":"1.0.0","type":"module"}');
    checkout.write("packages/policy/index.ts", "export const policies = [];\n");
    checkout.write("tools.json", "{}\n");
    checkout.write(stackFile, configured("", provider("ours")));
    checkout.lock();
    checkout.commit();
    checkout.git("switch", "--quiet", "--create", "branch");
  });
  afterEach(() => {
    process.env.PATH = path;
    if (cache === undefined) delete process.env.METRICS_LINK_CACHE;
    else process.env.METRICS_LINK_CACHE = cache;
    checkout.remove();
    rmSync(bin, { recursive: true });
  });

  const reviewed = async (base?: string) => {
    const file = new StackFile(join(checkout.directory, stackFile));
    const context = { stack: "prod", project: checkout.directory, file, environment: process.env };
    const options = { head: checkout.directory, accepted: [], base };
    return await reviewBranch(context as unknown as StackContext, options);
  };
  const review = async (base?: string) => (await reviewed(base)).comparison;
  const places = (found: readonly { file: string }[]) => found.map(({ file }) => file);

  it("finds nothing if nothing differs", async () => {
    const { source, configuration, hash } = await review();
    assert.deepEqual([source, configuration, hash], [[], [], undefined]);
  });

  it("requires an acceptance for another encryption key of the state, and shows it", async () => {
    checkout.write(stackFile, configured("", provider("theirs")));
    const { source, hash } = await review();
    assert.deepEqual(
      source.map(({ file, after }) => [file, after]),
      [[`${stackFile}, secretsprovider`, ['"awskms://theirs"']]],
    );
    assert.match(hash ?? "", /^[0-9a-f]{64}$/);
  });

  it("shows every change of a stack file: a key, a comment, a new file", async () => {
    checkout.write(stackFile, configured("  note:x: .github/workflows # Written by the sandbox\n", provider("ours")));
    checkout.write(".github/workflows/review.yaml", "on: pull_request_target\n");
    const { source, configuration } = await review();
    assert.deepEqual(places(source), [".github/workflows/review.yaml"]);
    assert.deepEqual(
      configuration.map((one) => one.path),
      ["comments[0]", "config[note:x]"],
    );
    checkout.git("rm", "--quiet", "--cached", stackFile);
    checkout.git("commit", "--quiet", "--message", "x");
    checkout.git("branch", "--force", "main");
    const anew = await review();
    assert.ok(places(anew.source).includes(`${stackFile}, secretsprovider`));
    assert.ok(anew.configuration.some((one) => one.path.startsWith("config[metrics-link:prometheus]")));
  });

  it("shows files that the old or the new configuration names as part of the configuration", async () => {
    checkout.write("stacks/rules/one.yaml", "groups: [x]\n");
    checkout.write("monitoring/rules/two.yaml", "groups: []\n");
    checkout.write(stackFile, configured("", provider("ours")).replace("stacks/rules", "monitoring/rules"));
    const { source, configuration } = await review();
    assert.deepEqual(source, []);
    assert.deepEqual(
      configuration.map((one) => one.path),
      ["config[metrics-link:prometheus].rules", "[monitoring/rules/two.yaml]", "[stacks/rules/one.yaml]"],
    );
  });

  it("tells of a sender's file that it adds, which is no change of the program", async () => {
    checkout.write(stackFile, configured("  metrics-link:fleet: fleet/senders\n", provider("ours")));
    checkout.write("fleet/senders/bank.json", JSON.stringify(agreed(1)));
    checkout.commit();
    checkout.git("branch", "--force", "main");
    checkout.write("fleet/senders/shop.json", JSON.stringify(agreed(2)));
    const { senders, comparison } = await reviewed();
    assert.deepEqual([comparison.source, comparison.hash], [[], undefined]);
    assert.ok(comparison.configuration.every(({ path: key }) => key.includes("fleet/senders/shop.json")));
    const [change, ...more] = senderChanges(senders.before, senders.after);
    assert.deepEqual(more, []);
    assert.deepEqual([change?.kind, change?.name, change?.source], ["added", "shop", "fleet/senders/shop.json"]);
    // The folder that the reviewed configuration named counts as data still.
    checkout.write(stackFile, configured("", provider("ours")));
    const unnamed = await reviewed();
    assert.deepEqual(places(unnamed.comparison.source), []);
    assert.deepEqual(
      senderChanges(unnamed.senders.before, unnamed.senders.after).map(({ kind, name }) => [kind, name]),
      [["removed", "bank"]],
    );
  });

  it("checks out neither docs nor test, and refuses configurations that name them", async () => {
    checkout.write("docs/rules/a.yaml", "groups: []\n");
    checkout.write(stackFile, configured("", provider("ours")).replace("stacks/rules", "docs/rules"));
    await assert.rejects(review(), /metrics-link:prometheus\.rules is "docs\/rules"/);
  });

  it("is not fooled by a tag with the name of the main branch", async () => {
    checkout.write("packages/envoy/index.js", "evil\n");
    checkout.commit();
    for (const tag of ["origin/main", "main"]) checkout.git("tag", tag);
    assert.deepEqual(places((await review()).source), ["packages/envoy/index.js"]);
  });

  it("neither writes nor removes files through a link of the base", async () => {
    const victim = mkdtempSync(join(tmpdir(), "victim-"));
    writeFileSync(join(victim, "a.yaml"), "kept\n");
    symlinkSync(victim, join(checkout.directory, "stacks/link"));
    checkout.commit();
    checkout.git("branch", "--force", "main");
    rmSync(join(checkout.directory, "stacks/link"));
    checkout.write("stacks/link/a.yaml", "groups: []\n");
    checkout.write(stackFile, configured("", provider("ours")).replace("stacks/rules", "stacks/link"));
    await assert.rejects(review(), /stacks\/link/);
    assert.equal(readFileSync(join(victim, "a.yaml"), "utf8"), "kept\n");
    rmSync(victim, { recursive: true });
  });

  it("fails for a stack file that Pulumi reads differently", async () => {
    checkout.write(stackFile, configured("  metrics-link:config:policy: { deviations: [] }\n"));
    await assert.rejects(review(), /metrics-link:config:policy is no key/);
  });
});
