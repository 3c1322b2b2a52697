import assert from "node:assert/strict";
import {
  addressAt,
  endpointSources,
  prefixLength,
  resolverAddress,
  routerAddress,
} from "@metrics-link/sandbox/realiser/network/addressing.ts";

describe("addresses that AWS derives from a CIDR", () => {
  it("has the router at base + 1 and the resolver at base + 2", () => {
    assert.equal(routerAddress("10.0.1.0/24"), "10.0.1.1");
    assert.equal(routerAddress("10.0.1.128/26"), "10.0.1.129");
    assert.equal(resolverAddress("10.0.0.0/16"), "10.0.0.2");
  });

  it("carries over octets", () => {
    assert.equal(addressAt("192.168.0.0/16", 256 * 3 + 7), "192.168.3.7");
    assert.equal(addressAt("198.18.0.0/15", 2 ** 17 - 1), "198.19.255.255");
  });

  it("reads the prefix length", () => {
    assert.equal(prefixLength("10.0.1.0/24"), 24);
  });

  it("gives every VPC its own address at gateway endpoints, even if hashes collide", () => {
    assert.deepEqual(
      [...endpointSources(["vpc-b", "vpc-a"], () => 5)],
      [
        ["vpc-a", "198.18.0.5"],
        ["vpc-b", "198.18.0.6"],
      ],
    );
  });
});
