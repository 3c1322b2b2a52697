/** What `--target`, `--exclude` and interrupted updates leave in the bucket, by Pulumi's real engine. */
import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { releaseKeys } from "@metrics-link/release";
import { type Engine, startEngine } from "../support/engine.ts";

const account = "111111111111";
const Bucket = `metrics-link-sender-${account}-eu-west-1`;

describe("an update with --target or --exclude", function () {
  this.timeout(600_000);
  let engine: Engine;
  let program: string;
  let version = 0;
  let inForce: string | undefined;

  before(async () => {
    engine = await startEngine(account);
    program = join(engine.directory, "program");
    cpSync(join(import.meta.dirname, "store-program"), program, { recursive: true });
    symlinkSync(resolve(import.meta.dirname, "../../../node_modules"), join(program, "node_modules"));
    await engine.succeed(program, ["stack", "init", "dev"]);
  });
  after(() => engine?.stop());

  const textAt = async (Key: string) =>
    (await (await engine.aws.s3.getObject({ Bucket, Key })).Body?.transformToString()) ?? "";
  const keys = async () => (await engine.aws.s3.listObjectsV2({ Bucket })).Contents?.map(({ Key = "" }) => Key) ?? [];

  /** What a new instance would fetch: everything that it is led to is there. */
  const bootable = async () => {
    const there = await keys();
    const named = JSON.parse(await textAt(releaseKeys.current("sender"))).releaseId;
    const release = JSON.parse(await textAt(releaseKeys.release("sender", named)));
    const listed = (await textAt("releases/sender/bootstrap.txt"))
      .split("\n")
      .flatMap((line) => line.split(" ")[2] ?? []);
    assert.equal(listed.length, 2);
    for (const key of [release.agent, release.node, ...listed]) assert.ok(there.includes(key), `${key} is missing`);
    return { named, release };
  };
  /** `pulumi up` of a program in which agent, Node and configuration are new, or only those given. */
  const up = async (words: readonly string[], changes: Readonly<Record<string, string>> = {}) => {
    version += 1;
    const environment = { AGENT: `${version}`, NODE: `${version}`, CONFIGURATION: `${version}`, ...changes };
    const found = await engine.run(program, ["up", "--yes", "--skip-preview", ...words], {
      ...environment,
      ...(inForce !== undefined && { IN_FORCE: inForce }),
    });
    if (found.code === 0 && words.length === 0) inForce = (await bootable()).named;
    return { ...found, configuration: environment.CONFIGURATION };
  };
  const targets = (...names: string[]) => names.flatMap((name) => ["--target", `**::sender-${name}`]);

  it("leaves a bucket from which a host can boot, whatever the part", async () => {
    const first = await up([]);
    assert.equal(first.code, 0, first.output);
    const before = await bootable();
    // One after the other: the second takes up what the first has left.
    for (const words of [
      targets("release"),
      targets("current"),
      targets("agent"),
      ["--exclude", "**::sender-current", "--exclude", "**::sender-tool-node"],
    ]) {
      await up(words);
      assert.deepEqual(await bootable(), before, words.join(" "));
    }
    const whole = await up([]);
    assert.equal(whole.code, 0, whole.output);
    assert.equal((await bootable()).release.configuration, whole.configuration);
  });

  it("is refused if the pointer would name a release whose agent or tool it leaves out", async () => {
    const before = await bootable();
    for (const [words, missing] of [
      [targets("release", "current"), "agent, tool node 1.0.0"],
      [["--exclude", "**::sender-agent"], "agent"],
    ] as const) {
      const { code, output } = await up(words);
      assert.notEqual(code, 0, words.join(" "));
      assert.match(output, new RegExp(`needs ${missing}, which --target or --exclude leaves out of this update`));
      assert.deepEqual((await bootable()).named, before.named, words.join(" "));
    }
  });

  it("may take the release and the pointer alone if nothing else has changed", async () => {
    const same = { AGENT: "the same", NODE: "the same" };
    assert.equal((await up([], same)).code, 0);
    const { code, output, configuration } = await up(targets("release", "current"), same);
    assert.equal(code, 0, output);
    assert.equal((await bootable()).release.configuration, configuration);
  });

  it("does not delete the bucket by mistake; a person who means it deletes it with its releases", async () => {
    const { code, output } = await engine.run(program, ["destroy", "--yes"]);
    assert.notEqual(code, 0);
    assert.match(output, /sender-bucket"\s+cannot be deleted\s+because it is protected/);
    await bootable();
    await engine.succeed(program, ["state", "unprotect", "--all", "--yes"]);
    await engine.succeed(program, ["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual((await engine.aws.s3.listBuckets({})).Buckets, []);
  });
});
