import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { PkiOutput } from "@metrics-link/contract";
import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import { pkiOf } from "@metrics-link/sandbox/testing/identities.ts";
import { z } from "zod";
import { begin, must, run } from "../support/commands.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { on, pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const pki = (role: Role) => pkiOf(sandbox, role);
const rotate = (...words: string[]) => must("rotate", ...words, "--no-compare");
const fingerprints = (role: string) => pulumi().output(role, "rootFingerprints", z.array(z.string()));

/** Since when Envoy runs on both hosts: a swap of certificates is no restart. */
const envoys = () =>
  Promise.all(
    ["sender", "receiver"].map((host) =>
      on(host, "systemctl", "show", "--property", "MainPID,ActiveEnterTimestamp", "metrics-link-envoy"),
    ),
  );

describe("rotations under load", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let from = 0;
  let running: readonly string[] = [];
  before(async () => {
    from = beforehand();
    running = await envoys();
  });

  it("renew a due leaf, key and certificate, in an update, even after expiry", async () => {
    const before = await pki("receiver");
    await dueNow("receiver");
    await pulumi().must(["up", "-s", "receiver", "--yes", "--skip-preview"]);
    const after = await pki("receiver");
    assert.equal(after.leaf?.renewal, (before.leaf?.renewal ?? 0) + 1);
    assert.notEqual(after.leaf?.fingerprint, before.leaf?.fingerprint);
    const served = await on(
      "receiver",
      "openssl",
      "x509",
      "-in",
      "/opt/metrics-link/current/tls/certificate-chain.pem",
      "-noout",
      "-fingerprint",
      "-sha256",
    );
    assert.ok(served.includes(after.leaf?.fingerprint ?? "none"), served);
  });

  it("replace an intermediate without any change at the peer", async () => {
    const { generations } = await pki("receiver");
    await rotate("intermediate", "--stack", "receiver");
    assert.equal((await pki("receiver")).generations.intermediate, generations.intermediate + 1);
    await pulumi().must(["preview", "-s", "sender", "--expect-no-changes"]);
  });

  it("replace a root: publish, trust, sign, withdraw, each side in its turn, killed and resumed", async () => {
    const [old = ""] = await fingerprints("sender");
    await killedInTheMiddle("root", "--stack", "sender");
    await pulumi().must(["cancel", "sender", "--yes"]);
    const announced = await rotate("root", "--stack", "sender");
    assert.match(announced, /does not trust it yet: it is the turn of organization\/metrics-link\/receiver/);
    const [first, fresh = "", ...more] = await fingerprints("sender");
    assert.deepEqual([first, more], [old, []]);

    // Nobody has compared anything yet: neither the peer's command nor its update goes on.
    const unpinned = await run("rotate", "follow", "--stack", "receiver", "--no-compare");
    assert.equal(unpinned.code, 3);
    assert.match(unpinned.printed, /a person is needed: npm run trust -- accept/);
    const misheard = await run("trust", "accept", "--stack", "receiver", "--fingerprint", old);
    assert.match(misheard.printed, /heard was .* but offered is .*; nothing was pinned/);
    await must("trust", "accept", "--stack", "receiver", "--fingerprint", fresh);
    await rotate("follow", "--stack", "receiver");

    const switched = await rotate("root", "--stack", "sender");
    assert.match(switched, /still trusts a root .* it is the turn of organization\/metrics-link\/receiver/);
    assert.deepEqual(await fingerprints("sender"), [fresh]);
    await rotate("follow", "--stack", "receiver");
    assert.match(await must("rotate", "status", "--stack", "receiver"), /nothing is under way/);
    assert.match(await must("rotate", "status", "--stack", "sender"), /nothing is under way/);
    assert.deepEqual(sandbox.files.pins("receiver"), [fresh]);
    const trusted = await on(
      "receiver",
      "openssl",
      "x509",
      "-in",
      "/opt/metrics-link/current/tls/roots/account-a.pem",
      "-noout",
      "-fingerprint",
      "-sha256",
    );
    assert.ok(trusted.includes(fresh), trusted);
  });

  it("neither restart Envoy nor lose a sample", async () => {
    assert.deepEqual(await envoys(), running);
    await nothingMissing(from, 60 * 500);
  });
});

/** Lets the last update look as if nobody had made one for a month. */
async function dueNow(role: string): Promise<void> {
  const { stdout } = await pulumi().must(["stack", "export", "-s", role]);
  const state = JSON.parse(stdout) as { deployment: { resources: { type: string; outputs?: { pki?: PkiOutput } }[] } };
  const leaf = state.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.pki?.leaf;
  assert.ok(leaf);
  Object.assign(leaf, { notBefore: "2026-01-01T00:00:00Z", notAfter: "2026-01-31T00:00:00Z" });
  await pulumi().import(role, JSON.stringify(state));
}

/** Kills a rotation, and Pulumi with it, once its update runs. */
async function killedInTheMiddle(...words: string[]): Promise<void> {
  const { child, ended } = begin("rotate", [...words, "--no-compare"]);
  let printed = "";
  child.stdout?.on("data", (text: string) => {
    printed += text;
  });
  try {
    await eventually("the update to begin", () => (printed.includes("is published beside") ? true : undefined), 60_000);
    await eventually("the update's lock", () => (locked() ? true : undefined), 30_000);
  } finally {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  }
  assert.equal((await ended).code, null);
}

/** Whether Pulumi is at work on the sender's stack: its lock is a file of the backend. */
function locked(): boolean {
  const locks = join(sandbox.layout.backend, ".pulumi", "locks", "organization", "metrics-link", "sender");
  return existsSync(locks) && readdirSync(locks).length > 0;
}
