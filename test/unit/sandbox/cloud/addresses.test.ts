import assert from "node:assert/strict";
import {
  blockOf,
  cidrFault,
  contains,
  formatAddress,
  isUsable,
  lowestFree,
  networkFault,
  overlaps,
  parseAddress,
} from "@metrics-link/sandbox/cloud/addresses.ts";
import fc from "fast-check";

const address = fc.nat(2 ** 32 - 1);
const block = fc.tuple(address, fc.integer({ min: 8, max: 28 })).map(([number, prefix]) => {
  const size = 2 ** (32 - prefix);
  return `${formatAddress(Math.floor(number / size) * size)}/${prefix}`;
});

describe("IPv4 blocks as EC2 parses them", () => {
  it("parse what they write", () => {
    fc.assert(fc.property(address, (number) => parseAddress(formatAddress(number)) === number));
  });

  it("accept only dotted decimals without leading zeros", () => {
    for (const text of ["10.0.0", "10.0.0.256", "10.0.0.01", "a.b.c.d", "10.0.0.1.2", ""]) {
      assert.equal(parseAddress(text), undefined, text);
    }
  });

  it("overlap exactly if one contains the other", () => {
    const agrees = (a: string, b: string) =>
      overlaps(blockOf(a), blockOf(b)) === (contains(blockOf(a), blockOf(b)) || contains(blockOf(b), blockOf(a)));
    fc.assert(fc.property(block, block, agrees));
  });

  it("name the canonical block of one with bits right of its prefix", () => {
    assert.match(cidrFault("10.0.5.7/16") ?? "", /the block is 10\.0\.0\.0\/16/);
    assert.match(cidrFault("10.0.0.0/33") ?? "", /no IPv4 CIDR block/);
    assert.equal(cidrFault("203.0.113.7/32"), undefined);
  });

  it("are networks from /16 to /28", () => {
    assert.match(networkFault("10.0.0.0/15") ?? "", /between \/16 and \/28/);
    assert.match(networkFault("10.0.0.0/29") ?? "", /between \/16 and \/28/);
    assert.equal(networkFault("10.0.0.0/16") ?? networkFault("10.0.0.0/28"), undefined);
  });

  it("assign the lowest free usable address, until they are full", () => {
    const subnet = blockOf("10.0.1.0/28");
    const taken = new Set<string>();
    for (let next = lowestFree(subnet, taken); next !== undefined; next = lowestFree(subnet, taken)) taken.add(next);
    // 16 addresses, less the first four and the last.
    assert.deepEqual(
      [...taken],
      Array.from({ length: 11 }, (_, index) => `10.0.1.${index + 4}`),
    );
    assert.ok(!isUsable(subnet, subnet.first + 3) && !isUsable(subnet, subnet.last));
  });
});
