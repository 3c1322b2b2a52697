import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const address = (allocationId: string) => resource(types.address, { allocationId }, { name: "sender-address" });

specify("addresses-are-pinned", {
  configuration: { policy: { addressAllocations: ["eipalloc-1"] } },
  passes: { "the pinned address": [address("eipalloc-1")] },
  fails: {
    "another one": [[address("eipalloc-2")], /eipalloc-2 instead of eipalloc-1/],
    "one more": [[address("eipalloc-1"), address("eipalloc-2")], /eipalloc-2 instead of/],
    none: [[resource(types.stack, {})], /eipalloc-1 missing/],
    // The one unknown value that is no question: an address that is there has an id that is known.
    "one that would be replaced": [[address(unknown)], /sender-address, which would be new/],
  },
  undecidable: {},
});
