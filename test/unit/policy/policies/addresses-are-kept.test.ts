import { types } from "@metrics-link/policy/model/types.ts";
import { addressesAreKept } from "@metrics-link/policy/policies/addresses-are-kept.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify(addressesAreKept, {
  passes: {
    "a protected address": resource(types.address, { domain: "vpc" }, { protect: true }),
  },
  fails: {
    "one that is not": [resource(types.address, { domain: "vpc" }), /not protected/],
    "EC2-Classic": [resource(types.address, { domain: "standard" }, { protect: true }), /domain is standard/],
  },
  undecidable: {
    "a domain that is not known": resource(types.address, { domain: unknown }, { protect: true }),
  },
});
