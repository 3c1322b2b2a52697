import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const address = (allocationId: string) => resource(types.address, { allocationId }, { name: "sender-address" });

specify("addresses-are-pinned", {
  configuration: { policy: { addressAllocations: ["eipalloc-01234561"] } },
  passes: { "the pinned address": [address("eipalloc-01234561")] },
  fails: {
    "another one": [[address("eipalloc-01234562")], /eipalloc-01234562 instead of eipalloc-01234561/],
    "one more": [[address("eipalloc-01234561"), address("eipalloc-01234562")], /eipalloc-01234562 instead of/],
    none: [[resource(types.stack, {})], /eipalloc-01234561 missing/],
    // The one unknown value that is no question: an address that is there has an id that is known.
    "one that would be replaced": [[address(unknown)], /sender-address, which would be new/],
  },
  undecidable: {},
});
