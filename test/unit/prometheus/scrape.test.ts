import assert from "node:assert/strict";
import { scrapedAddresses } from "@metrics-link/prometheus";

const job = (targets: readonly string[]) => ({ job_name: "shop", static_configs: [{ targets }] });

describe("scrapedAddresses", () => {
  it("returns the addresses of static targets, each once, without loopback", () => {
    const targets = ["127.0.0.1:9400", "localhost:9401", "[::1]:9402", "10.1.2.3:9100", "10.1.2.3:9101", "10.0.0.9"];
    assert.deepEqual(scrapedAddresses([job(targets)]), ["10.0.0.9", "10.1.2.3"]);
    assert.deepEqual(scrapedAddresses([job([])]), []);
  });
});
