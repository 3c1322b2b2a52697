import assert from "node:assert/strict";
import { planRoutes } from "@metrics-link/network";

const way = (cidr: string) => ({ name: "a", cidr, ports: [9100] });
const connections = [
  { id: "pcx-0123456789abcdef0", cidr: "10.40.0.0/16" },
  { id: "tgw-0123456789abcdef0", cidr: "10.41.0.0/16" },
];

describe("the routes of ways", () => {
  it("lead to the ranges of targets and scrapers, each once, by the connection in which they lie", () => {
    const targets = [way("10.40.1.0/24"), way("10.40.1.0/24"), way("10.41.0.0/16")];
    const scrapedBy = [way("10.41.7.0/28"), way("10.10.1.0/28")];
    assert.deepEqual(planRoutes({ targets, scrapedBy, connections }), [
      { cidr: "10.40.1.0/24", connection: "pcx-0123456789abcdef0" },
      { cidr: "10.41.0.0/16", connection: "tgw-0123456789abcdef0" },
      { cidr: "10.41.7.0/28", connection: "tgw-0123456789abcdef0" },
    ]);
  });

  it("are none without ways, whatever is connected", () => {
    assert.deepEqual(planRoutes({ targets: [], scrapedBy: [], connections }), []);
    assert.deepEqual(planRoutes({ targets: [way("10.10.20.0/24")], scrapedBy: [], connections }), []);
  });
});
