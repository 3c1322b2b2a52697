import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify("data-is-kept", {
  passes: {
    "a protected volume": resource(types.volume, {}, { protect: true }),
    // Options are always known, whatever the properties are.
    "one with no other known value": resource(types.volume, { size: unknown }, { protect: true }),
  },
  fails: { "one that is not": [resource(types.volume, { size: unknown }), /not protected/] },
  undecidable: {},
});
