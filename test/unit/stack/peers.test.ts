import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { peerOutputs } from "../../../scripts/stack/peers.ts";

const named = (stack: string) => `organization/metrics-link/${stack}`;

/** The state of a stack as its owner can write it. @param outputs JSON */
const stateOf = (stack: string, outputs: string) =>
  `{"version":3,"checkpoint":{"stack":"${named(stack)}","latest":{
    "secrets_providers":{"type":"cloud","state":{"url":"awskms:///alias/x?region=eu-west-1","encryptedkey":"eA=="}},
    "manifest":{"time":"2026-01-01T00:00:00Z","magic":"","version":""},"resources":[{
    "urn":"urn:pulumi:${stack}::metrics-link::pulumi:pulumi:Stack::metrics-link-${stack}",
    "custom":false,"type":"pulumi:pulumi:Stack","outputs":${outputs}}]}}}`;

describe("a peer's outputs, as trust, rotate and audit read them", function () {
  this.timeout(60_000);
  const project = mkdtempSync(join(tmpdir(), "peers-"));
  const stacks = join(project, "state/.pulumi/stacks/metrics-link");
  const environment = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${join(project, "state")}`,
    PULUMI_HOME: join(project, "home"),
  };
  const read = (stack: string) => peerOutputs({ project, environment }, { stack: named(stack), contract: undefined });

  before(() => {
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(project, "state/.pulumi/meta.yaml"), "version: 1\n");
    writeFileSync(join(project, "Pulumi.yaml"), "name: metrics-link\nruntime: nodejs\n");
  });
  after(() => rmSync(project, { recursive: true }));

  it("are those that a peer shows, and no others", async () => {
    const outputs = { contract: { version: 1 }, contractVersions: { writes: 1 }, contractLabels: {}, more: "x" };
    writeFileSync(join(stacks, "good.json"), stateOf("good", JSON.stringify(outputs)));
    const { more, ...shown } = outputs;
    assert.equal(more, "x");
    assert.deepEqual(await read("good"), shown);
  });

  it("are refused with a secret in them", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    writeFileSync(join(stacks, "secret.json"), stateOf("secret", JSON.stringify({ contract: { role: secret } })));
    await assert.rejects(read("secret"), {
      code: "STACK_OUTPUTS_UNREADABLE",
      message: `${named("secret")}: its output contract holds a secret, and a peer has none to show`,
    });
  });

  it("are refused when one megabyte of state unpacks to a gigabyte", async () => {
    const spaces = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
    const parts = [...Array.from({ length: 16 }, () => spaces), gzipSync(stateOf("bomb", '{"contract":"open"}'))];
    // The name of a state that is not compressed: Pulumi looks at the content.
    writeFileSync(join(stacks, "bomb.json"), Buffer.concat(parts));
    await assert.rejects(read("bomb"), { message: `${named("bomb")}: its state takes more than 2 GiB of memory` });
  });

  it("are refused when they are too large, and of a stack that is not there", async () => {
    writeFileSync(join(stacks, "large.json"), stateOf("large", JSON.stringify({ contract: "x".repeat(5_000_000) })));
    await assert.rejects(read("large"), /large: its outputs have more than 4194304 bytes/);
    await assert.rejects(read("never"), /never: no stack named/);
  });
});
