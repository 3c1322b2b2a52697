import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { peerOutputs } from "../../../scripts/stack/peers.ts";
import { named, PeerStates, stateOf } from "./peer-states.ts";

describe("a peer's outputs, as trust, rotate and audit read them", function () {
  this.timeout(60_000);
  const project = mkdtempSync(join(tmpdir(), "peers-"));
  const states = new PeerStates(project);
  const environment = { ...process.env, ...states.environment };
  const read = (stack: string) => peerOutputs({ project, environment }, { stack: named(stack), contract: undefined });

  after(() => rmSync(project, { recursive: true }));

  it("are those that a peer shows, and no others", async () => {
    const outputs = { contract: { version: 1 }, contractVersions: { writes: 1 }, contractLabels: {}, more: "x" };
    states.write("good", JSON.stringify(outputs));
    const { more, ...shown } = outputs;
    assert.equal(more, "x");
    assert.deepEqual(await read("good"), shown);
  });

  it("are refused with a secret in them", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    states.write("secret", JSON.stringify({ contract: { role: secret } }));
    await assert.rejects(read("secret"), {
      code: "STACK_OUTPUTS_UNREADABLE",
      message: `${named("secret")}: its output contract holds a secret, and a peer has none to show`,
    });
  });

  it("are refused when one megabyte of state unpacks to a gigabyte", async () => {
    const spaces = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
    const parts = [...Array.from({ length: 16 }, () => spaces), gzipSync(stateOf("bomb", '{"contract":"open"}'))];
    // The name of a state that is not compressed: Pulumi looks at the content.
    states.put("bomb", Buffer.concat(parts));
    await assert.rejects(read("bomb"), { message: `${named("bomb")}: its state takes more than 2 GiB of memory` });
  });

  it("are refused when they are too large, and of a stack that is not there", async () => {
    states.write("large", JSON.stringify({ contract: "x".repeat(5_000_000) }));
    await assert.rejects(read("large"), /large: its outputs have more than 4194304 bytes/);
    await assert.rejects(read("never"), /never: no stack named/);
  });
});
