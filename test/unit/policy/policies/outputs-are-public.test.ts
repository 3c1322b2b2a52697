import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify("outputs-are-public", {
  passes: {
    addresses: [resource(types.stack, { contract: { dnsName: "a.internal" } })],
  },
  fails: {
    "a key": [
      [resource(types.stack, { contract: { key: "-----BEGIN PRIVATE KEY-----" } })],
      /the output contract holds a private key/,
    ],
  },
  undecidable: {
    "an output that is not known": [resource(types.stack, { contract: unknown })],
  },
});
