import assert from "node:assert/strict";
import { planSubnets } from "@metrics-link/network/subnets.ts";
import fc from "fast-check";

/** First and last address of a range, as numbers. */
function bounds(cidr: string): [number, number] {
  const [address = "", prefix = ""] = cidr.split("/");
  const first = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [first, first + 2 ** (32 - Number(prefix)) - 1];
}

describe("planSubnets", () => {
  it("splits a /16 into quarters for two zones", () => {
    assert.deepEqual(planSubnets("10.10.0.0/16", ["a", "b"]), [
      { zone: "a", public: "10.10.0.0/18", private: "10.10.128.0/18" },
      { zone: "b", public: "10.10.64.0/18", private: "10.10.192.0/18" },
    ]);
  });

  it("leaves room for a second zone, so that it comes and goes without renumbering the first", () => {
    const [first] = planSubnets("10.10.0.0/16", ["a", "b"]);
    assert.deepEqual(planSubnets("10.10.0.0/16", ["a"]), [first]);
  });

  it("stays inside the VPC's range and never overlaps", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 24 }),
        fc.nat(0xffff),
        fc.integer({ min: 1, max: 4 }),
        (prefix, seed, count) => {
          const size = 2 ** (32 - prefix);
          const base = 10 * 2 ** 24 + ((seed * size) % 2 ** 24);
          const cidr = `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".")}/${prefix}`;
          const zones = ["a", "b", "c", "d"].slice(0, count);
          const [first, last] = bounds(cidr);
          const ranges = planSubnets(cidr, zones)
            .flatMap((plan) => [bounds(plan.public), bounds(plan.private)])
            .toSorted(([a], [b]) => a - b);
          assert.equal(ranges.length, 2 * count);
          let free = first;
          for (const [from, to] of ranges) {
            assert.ok(from >= free && to <= last);
            free = to + 1;
          }
        },
      ),
    );
  });

  it("refuses a range with host bits set, and names the canonical one", () => {
    assert.throws(() => planSubnets("10.10.3.0/16", ["a", "b"]), {
      code: "CONFIGURATION_INVALID",
      message: /write 10\.10\.0\.0\/16/,
    });
  });
});
