import assert from "node:assert/strict";
import { mock } from "node:test";
import { contractFileText, readContract, readContractFile } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { selfSigned } from "../../support/openssl.ts";
import { readByVersion1 } from "../../unit/contract/versions/v1-reader.ts";
import type { Registration } from "../support/recording.ts";
import { build, fileOf, receiverContract } from "./stacks.ts";
import { contractB, declared, fence, healthy, stackA, stackB, update } from "./two-senders.ts";

const labels = { account: "222222222222" };
/** As the next release writes it; this one writes the same into an output of its own. */
const telling = (told: object) => ({
  ...healthy,
  [stackB]: { ...contractB, version: 2, readableFrom: 1, labels: told },
});
const pinned = declared({ labels });

describe("a receiver's stack with pinned labels", () => {
  it("takes a sender whose series carry them, and others besides, and tells it so", async () => {
    const { outputs } = await update({ peers: telling({ ...labels, region: "eu-west-1" }), change: pinned });
    assert.deepEqual(outputs.setAside, []);
    assert.deepEqual(outputs.contractLabels, { admits: [{ stack: stackB, labels }] });
    readByVersion1("receiver", outputs.contract);
  });

  it("knows the sender's clock by them, while the gate demands them", async () => {
    const alertsOf = async (mode: string) => {
      const { registrations } = await update({ change: { ...pinned, "metrics-link:gate": { mode } } });
      return fileOf(registrations, "receiver", "prometheus/alerts.yml");
    };
    const clock = /record: metrics_link:sender_clock:timestamp_seconds\n.*account=~"222222222222"/;
    assert.match(await alertsOf("enforce"), clock);
    assert.doesNotMatch(await alertsOf("observe"), clock);
  });

  it("takes a sender of the last release, which does not tell its labels", async () => {
    const { outputs } = await update({ change: pinned });
    assert.deepEqual(outputs.setAside, []);
    assert.deepEqual(outputs.contractLabels, { admits: [{ stack: stackB, labels }] });
  });

  it("admits labels of nobody while none are pinned", async () => {
    const { outputs } = await update({ peers: telling({ account: "1" }) });
    assert.deepEqual([outputs.setAside, outputs.contractLabels], [[], { admits: [] }]);
  });

  for (const [what, told, reason] of [
    ["another value", { account: "111111111111" }, "labels-not-pinned"],
    ["another label", { tenant: "222222222222" }, "labels-not-pinned"],
    ["no label", {}, "labels-not-pinned"],
    ["a label that is none", { __name__: "up" }, "malformed"],
    ["text for labels", "\u001b[2J", "malformed"],
  ] as const) {
    it(`holds a sender whose series carry ${what}, with what was accepted, and no other`, async () => {
      const first = await update({ change: pinned });
      const before = { accepted: first.outputs.accepted };
      const held = await update({ peers: telling(Object(told)), change: pinned, before });
      assert.deepEqual(fence(held), fence(first));
      const [{ words, ...aside }] = held.outputs.setAside;
      assert.deepEqual(aside, { name: "account-b", stack: stackB, state: "held", reason, inForce: true });
      assert.match(words, /labels/);
      assert.ok(!words.includes("\u001b"));
      const accepted = held.outputs.accepted.map(({ stack }: { stack: string }) => stack);
      assert.deepEqual(accepted, [stackA, stackB]);
    });
  }

  it("warns of a sender whose series carry what is pinned for another, and holds it not", async () => {
    const warn = mock.method(pulumi.log, "warn", () => Promise.resolve());
    try {
      const { outputs } = await update({ peers: telling({ ...labels, region: "x" }), change: pinned });
      const warned = () =>
        warn.mock.calls.map(({ arguments: [text] }) => String(text)).filter((text) => /series/.test(text));
      assert.deepEqual([outputs.setAside, warned()], [[], []]);
      const shared = declared({ labels: { tenant: "b" } }, { labels });
      const { outputs: after } = await update({ peers: telling({ ...labels, tenant: "b" }), change: shared });
      assert.deepEqual(after.setAside, []);
      assert.deepEqual(warned().length, 1);
      assert.match(
        warned()[0] ?? "",
        /^The series of account-b carry account="222222222222", which is pinned for account-a: the gate refuses/,
      );
    } finally {
      warn.mock.restore();
    }
  });

  it("admits no labels of a suspended sender", async () => {
    const { outputs } = await update({ change: declared({ labels, suspended: "stolen" }) });
    assert.deepEqual(outputs.contractLabels, { admits: [] });
  });
});

describe("a sender's stack with labels that the receiver has pinned", () => {
  const [own, receiverRoot] = [selfSigned("own"), selfSigned("receiver")];
  const stack = "organization/metrics-link/test";
  const receiver = receiverContract(receiverRoot.pem);
  const { endpointAddresses: addresses } = receiver;
  const pins = { stack: "organization/metrics-link/receiver", rootFingerprints: [receiverRoot.fingerprint], addresses };
  /** An update to these labels, of a sender that has had others. */
  async function change(next: object, today: object | undefined, admits: readonly object[]) {
    const seen: Registration[] = [];
    let outputs: Record<string, unknown> = {};
    await build("sender", {
      root: own.pem,
      peer: { ...receiver, version: 2, readableFrom: 1, admits },
      change: { "metrics-link:peer": pins, "metrics-link:prometheus": { externalLabels: next } },
      before: today === undefined ? {} : { contractLabels: { labels: today } },
      seen,
      onOutputs: (found) => (outputs = { ...found }),
    }).catch((error: Error) => {
      assert.deepEqual(seen, [], "nothing may change");
      throw error;
    });
    return outputs;
  }
  const admits = [{ stack, labels: { account: "1" } }];

  it("tells what its series carry, and writes a contract that the last release reads", async () => {
    const outputs = await change({ account: "1", region: "x" }, undefined, admits);
    assert.deepEqual(outputs.contractLabels, { labels: { account: "1", region: "x" } });
    readByVersion1("sender", outputs.contract);
    const { contract } = readContractFile("peers/a.json", contractFileText(outputs));
    const read = readContract("file/contract/a", contract);
    assert.deepEqual(read?.role === "sender" && read.labels, { account: "1", region: "x" });
  });

  it("stops before anything changes if the receiver has not pinned the new ones", async () => {
    const words = /LABELS_OUT_OF_ORDER|nothing was changed[\s\S]*externalLabels is [\s\S]*labels with {account="1"}/;
    await assert.rejects(change({ account: "2" }, { account: "1" }, admits), words);
    await assert.rejects(change({ region: "x" }, { account: "1", region: "x" }, admits), words);
  });

  it("may add labels, and change those that are not pinned", async () => {
    await change({ account: "1", env: "b" }, { account: "1", env: "a" }, admits);
    await change({ account: "2" }, { account: "1" }, []);
    await change({ account: "2" }, { account: "1" }, [
      { stack: "organization/metrics-link/other", labels: { account: "1" } },
    ]);
  });

  it("is not blocked by a receiver that takes neither the old nor the new ones", async () => {
    await change({ account: "3" }, { account: "2" }, admits);
    await change({ account: "3" }, undefined, admits);
  });
});
