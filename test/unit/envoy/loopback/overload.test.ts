import assert from "node:assert/strict";
import { eventually } from "../../../support/eventually.ts";
import { Link } from "../support/link.ts";

describe("a receiver's Envoy that is out of memory", () => {
  let link: Link;
  before(async () => {
    link = await Link.up({ receiverLimits: { heapBytes: 1024 * 1024 } });
  });
  after(() => link?.down());

  it("still reports to its host's Prometheus that it sheds load", async () => {
    for (const action of ["stop_accepting_requests", "stop_accepting_connections"]) {
      const active = `envoy_overload_envoy_overload_actions_${action}_active`;
      await eventually(active, async (note) => {
        const value = await link.receiver.counter(active);
        note(value);
        return value === 1 ? value : undefined;
      });
    }
    assert.equal(await link.write(), 503);
  });
});
