import assert from "node:assert/strict";
import { link } from "../../../../scripts/link.ts";
import { printed } from "../support.ts";

describe("the commands of the sandbox", () => {
  for (const name of ["nope", "toString", "constructor", "__proto__", "hasOwnProperty"]) {
    it(`do not include ${name}`, async () => {
      const { code, err } = await printed(() => link(["sandbox", name]));
      assert.equal(code, 2);
      assert.match(err, new RegExp(`^error: COMMAND is ${name}: one of up, .*, page is expected\\nUsage: `));
    });
  }

  for (const words of [
    ["up", "extra"],
    ["down", "extra"],
    ["status", "--extra"],
    ["status", "--json", "extra"],
    ["env", "sender", "extra"],
    ["shell", "receiver", "extra"],
    ["logs", "receiver", "metrics-link-envoy", "extra"],
    ["page", "extra"],
  ]) {
    it(`refuse ${words.join(" ")} before they act`, async () => {
      const { code, err } = await printed(() => link(["sandbox", ...words]));
      assert.equal(code, 2);
      assert.match(err, /^error: (--)?extra is not expected\nUsage: /);
    });
  }

  it("print the environment of one account's deployer, and of nobody else", async () => {
    const { code, err } = await printed(() => link(["sandbox", "env", "tools"]));
    assert.equal(code, 2);
    assert.match(err, /^error: SIDE is tools: one of sender, receiver, sender-c, sender-d is expected\nUsage: /);
  });

  it("open a shell at a terminal only: it would never end without one", async () => {
    assert.ok(!process.stdin.isTTY, "the tests have no terminal on stdin");
    const { code, err } = await printed(() => link(["sandbox", "shell", "sender"]));
    assert.equal(code, 2);
    assert.match(err, /^error: shell needs a terminal on stdin: `exec HOST -- CMD` needs none\nUsage: /);
  });
});
