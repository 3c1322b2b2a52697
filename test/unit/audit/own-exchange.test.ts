import assert from "node:assert/strict";
import type { Declared } from "@metrics-link/audit";
import { withAddresses } from "../../../scripts/audit/collect.ts";
import { healthy } from "./support/healthy.ts";

const exchange = "organization/metrics-link/account-a";
const address = { allocationId: "eipalloc-0984b9726dc286d7c", address: "203.0.113.10" };

/** What a stack declares whose addresses are in its exchange. */
function declared(): Declared {
  const [stack] = healthy().stacks;
  assert.ok(stack !== undefined && "value" in stack.declared);
  return { ...stack.declared.value, addresses: [] };
}

describe("the addresses of a stack that names an exchange", () => {
  it("are those of the exchange", () => {
    const { addresses } = withAddresses(declared(), exchange, { value: { addresses: [address], contract: {} } });
    assert.deepEqual(addresses, [{ name: exchange, ...address }]);
  });

  it("are not known while the exchange cannot be read", () => {
    assert.throws(() => withAddresses(declared(), exchange, { error: "denied" }), {
      code: "EXCHANGE_NOT_READY",
      message: /account-a: denied/,
    });
  });

  it("are the stack's own without one", () => {
    assert.deepEqual(withAddresses(declared(), undefined, undefined), declared());
  });
});
