import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify("no-root-key", {
  passes: {
    "a leaf": resource(types.locallySignedCert, { isCaCertificate: false }),
  },
  fails: {
    "a root": [resource(types.selfSignedCert, {}), /a root would be made/],
    "an intermediate that is signed here": [
      resource(types.locallySignedCert, { isCaCertificate: true }),
      /its root's key is in this state/,
    ],
  },
  undecidable: {
    "whether it is an authority": resource(types.locallySignedCert, { isCaCertificate: unknown }),
  },
});
