import assert from "node:assert/strict";
import { identifier, renderRuleset } from "@metrics-link/sandbox/realiser/network/ruleset.ts";

describe("an nftables ruleset", () => {
  it("replaces all rules in one transaction", () => {
    assert.equal(renderRuleset([]), "flush ruleset\n");
  });

  it("has sets, maps and chains in this form", () => {
    const text = renderRuleset([
      {
        name: "fence",
        sets: [{ name: "members", type: "ipv4_addr", interval: true, elements: ["10.0.0.0/24", "10.0.2.1"] }],
        maps: [{ name: "ingress", key: "ifname", value: "verdict", elements: [['"e-1"', "jump one"]] }],
        chains: [
          { name: "one", rules: ["tcp dport 443 accept", "counter drop"] },
          {
            name: "arriving",
            base: { type: "filter", hook: "forward", priority: 0, policy: "drop" },
            rules: ["oifname vmap @ingress"],
          },
        ],
      },
    ]);
    assert.equal(
      text,
      `flush ruleset
table ip fence {
  set members {
    type ipv4_addr
    flags interval
    elements = { 10.0.0.0/24, 10.0.2.1 }
  }
  map ingress {
    type ifname : verdict
    elements = { "e-1" : jump one }
  }
  chain one {
    tcp dport 443 accept
    counter drop
  }
  chain arriving {
    type filter hook forward priority 0; policy drop;
    oifname vmap @ingress
  }
}
`,
    );
  });

  it("omits the elements of an empty set, which nft would reject", () => {
    const text = renderRuleset([{ name: "t", sets: [{ name: "s", type: "ipv4_addr", elements: [] }], chains: [] }]);
    assert.ok(!text.includes("elements"));
  });

  it("names chains by ids and ARNs", () => {
    assert.equal(identifier("ingress", "sg-0a1"), "ingress_sg_0a1");
    assert.equal(identifier("of", "arn:aws:lb/net/x"), "of_arn_aws_lb_net_x");
  });
});
