import assert from "node:assert/strict";
import { accounts, hostName, sideOf, sides } from "@metrics-link/sandbox/world/accounts.ts";

describe("the accounts of a sandbox", () => {
  it("are all different", () => {
    assert.equal(new Set(Object.values(accounts)).size, Object.keys(accounts).length);
  });

  it("are found by the names of their stacks", () => {
    for (const side of sides) for (const stack of [side, `${side}-exchange`]) assert.equal(sideOf(stack), side);
  });

  it("have hosts of different names, though each stack of a sender calls its host so", () => {
    const names = sides.map((side) => hostName(accounts[side], side === "receiver" ? "receiver" : "sender"));
    assert.deepEqual(names, [...sides]);
    assert.equal(hostName(accounts["sender-c"], "i-1"), "i-1");
  });
});
