import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Management } from "@metrics-link/host/converge/index.ts";
import { evidenceParts, type HostEvidence, packHostEvidence } from "@metrics-link/release";
import { askInParts } from "../../../scripts/audit/host.ts";
import { healthy } from "./support/healthy.ts";

const clock = { now: () => 0, sleep: async () => {} };

/** A host that is asked by Run Command, which cuts what is too long. */
function hostWith(evidence: HostEvidence) {
  const commands: string[] = [];
  const management: Management = {
    send: async (_instance, command) => `${commands.push(command) - 1}`,
    outcome: async (_instance, id) => {
      const [, , , ...names] = commands[Number(id)]?.split(" ") ?? [];
      const kept = evidenceParts.map((name) => [
        name,
        names.length === 0 || names.includes(name) ? evidence[name] : { error: "nobody asked for this part" },
      ]);
      const output = packHostEvidence({ ...evidence, ...Object.fromEntries(kept) }).slice(0, 24_000);
      return { status: "Success", details: "", output, errors: "" };
    },
  };
  return { management, commands };
}

describe("a host's evidence", () => {
  const [, receiver] = healthy().stacks;
  assert.ok(receiver && "value" in receiver.host);
  const evidence = receiver.host.value;

  it("is collected by one read-only command", async () => {
    const { management, commands } = hostWith(evidence);
    assert.deepEqual(await askInParts(management, "i-1", clock), evidence);
    assert.deepEqual(commands, ["exec /opt/metrics-link/bin/agent evidence"]);
  });

  it("is requested again for parts that did not fit", async () => {
    const noise = (bytes: number) => randomBytes(bytes).toString("hex");
    const long: HostEvidence = {
      ...evidence,
      handshakes: { value: { since: "", accepted: [], refused: [{ tls_failure: noise(12_000) }], cut: [] } },
      files: { value: { found: { "a/file": noise(12_000) }, foreign: [] } },
      release: { value: { inForce: noise(6_000), documentSha256: "" } },
    };
    const { management, commands } = hostWith(long);
    assert.deepEqual(await askInParts(management, "i-1", clock), long);
    assert.deepEqual(
      commands.slice(1),
      ["files", "handshakes"].map((name) => `${commands[0]} ${name}`),
    );
  });

  it("is an error if the host does not answer the request", async () => {
    const { management } = hostWith(evidence);
    const outcome = async () => ({ status: "Failed", details: "Failed", output: "usage: agent", errors: "" });
    await assert.rejects(
      askInParts({ ...management, outcome }, "i-1", clock),
      /^LinkError: i-1: Failed: usage: agent$/,
    );
  });
});
