import assert from "node:assert/strict";
import { interfaceName, macAddress, namespaces } from "@metrics-link/sandbox/realiser/names.ts";
import fc from "fast-check";

describe("names of kernel objects", () => {
  it("all start with the sandbox's tag", () => {
    const names = namespaces({ tag: "a1b2" });
    assert.equal(names.internet, "mla1b2-inet");
    assert.equal(names.vpc("vpc-0123456789abcdef0"), "mla1b2-vpc-0123456789abcdef0");
    assert.equal(names.internetHost("outsider"), "mla1b2-host-outsider");
  });

  it("of interfaces end with the end of an EC2 id", () => {
    assert.equal(interfaceName("e", "i-0123456789abcdef0"), "e-56789abcdef0");
    assert.equal(interfaceName("w", "outsider"), "w-outsider");
  });

  it("of interfaces fit Linux's limit, and differ", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,40}$/), fc.stringMatching(/^[a-z0-9-]{1,40}$/), (one, other) => {
        assert.ok(Buffer.byteLength(interfaceName("w", one)) <= 15);
        assert.equal(interfaceName("w", one) === interfaceName("w", other), one === other);
      }),
    );
  });

  it("give an instance a local unicast Ethernet address", () => {
    assert.match(macAddress("i-0123456789abcdef0"), /^02(:[0-9a-f]{2}){5}$/);
  });
});
