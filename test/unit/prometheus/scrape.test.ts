import assert from "node:assert/strict";
import { type ScrapeConfig, scrapedAddresses } from "@metrics-link/prometheus";
import { describe, it } from "mocha";

const job = (targets: readonly string[], more: object = {}): ScrapeConfig => ({
  job_name: "shop",
  static_configs: [{ targets }],
  ...more,
});

describe("scrapedAddresses", () => {
  it("returns the addresses of static targets, each once, without loopback", () => {
    const targets = ["127.0.0.1:9400", "localhost:9401", "[::1]:9402", "10.1.2.3:9100", "10.1.2.3:9101", "10.0.0.9"];
    assert.deepEqual(scrapedAddresses([job(targets)]), ["10.0.0.9", "10.1.2.3"]);
    assert.deepEqual(scrapedAddresses([job([])]), []);
  });

  for (const [what, wrong, fault] of [
    ["a name", job(["db.internal:9187"]), /shop: targets is "db\.internal:9187": an IPv4 address and a port/],
    ["the metadata service", job(["169.254.169.254:80"]), /targets is "169\.254\.169\.254:80": .*not a link-local/],
    ["an IPv6 address", job(["[fd00:ec2::254]:80"]), /targets is "\[fd00:ec2::254\]:80"/],
    ["a number that is an address", job(["2852039166:80"]), /targets is "2852039166:80"/],
    ["no host", job(["0.0.0.0:80"]), /targets is "0\.0\.0\.0:80"/],
    ["a group of hosts", job(["224.0.0.1:80"]), /targets is "224\.0\.0\.1:80"/],
    ["every host", job(["255.255.255.255:80"]), /targets is "255\.255\.255\.255:80"/],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => scrapedAddresses([wrong]), { code: "PROMETHEUS_CONFIGURATION_INVALID", message: fault });
    });
  }
});
