import assert from "node:assert/strict";
import { named, PeerStates } from "../stack/peer-states.ts";
import { outputsOf, rootOf } from "./contracts.ts";
import { scratchReceiver } from "./scratch-receiver.ts";

describe("npm run fleet, with a sender whose stack can be read", function () {
  this.timeout(60_000);
  const { at, run, written, files } = scratchReceiver("fleet-from-stack-test");
  const before = new Map<string, string | undefined>();
  let states: PeerStates;

  beforeEach(() => {
    states = new PeerStates(at.checkout);
    for (const [name, value] of Object.entries(states.environment)) {
      before.set(name, process.env[name]);
      process.env[name] = value;
    }
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  const add = (...words: string[]) => run("add", "shop", "--from", named("shop"), "--owner", "team shop", ...words);

  it("add takes its contract from the stack, and nothing else that the stack shows", async () => {
    const outputs = outputsOf("shop", "8.8.8.8");
    states.write("shop", JSON.stringify({ ...outputs, pki: { rootKey: "never" } }));
    const { code, out, err } = await add("--yes");
    assert.equal(code, 0, err);
    assert.match(out, /organization\/metrics-link\/shop offers:/);
    const { owner, rootFingerprints, addresses, labels, since, ...rest } = written("shop");
    assert.deepEqual(
      { owner, rootFingerprints, addresses, labels },
      {
        owner: "team shop",
        rootFingerprints: [rootOf("shop").fingerprint],
        addresses: ["8.8.8.8"],
        labels: { account: "shop", env: "test" },
      },
    );
    assert.match(since, /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual(rest, outputs);
  });

  it("add writes nothing of a stack that offers another address than was heard, that has no contract, or that is not there", async () => {
    states.write("shop", JSON.stringify(outputsOf("shop", "8.8.8.8")));
    const heard = ["--label", "account=shop", "--fingerprint", rootOf("shop").fingerprint];
    assert.match((await add("--address", "8.8.8.9", ...heard)).err, /nothing was pinned/);
    states.write("shop", "{}");
    assert.match((await add("--yes")).err, /organization\/metrics-link\/shop has no `contract` yet/);
    const { code, err } = await run("add", "bank", "--from", named("bank"), "--owner", "x", "--yes");
    assert.equal(code, 1);
    assert.match(err, /bank: no stack named/);
    assert.deepEqual(files(), []);
  });
});
