import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify("addresses-are-kept", {
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
