import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const key = (change: object) => resource(types.privateKey, { algorithm: "ECDSA", ecdsaCurve: "P256", ...change });

specify("keys-are-p256", {
  passes: {
    "P-256": key({}),
  },
  fails: {
    "another curve": [key({ ecdsaCurve: "P224" }), /ecdsaCurve is P224/],
    RSA: [key({ algorithm: "RSA" }), /algorithm is RSA/],
    "the default curve": [key({ ecdsaCurve: undefined }), /ecdsaCurve is not set/],
  },
  undecidable: {
    "a curve that is not known": key({ ecdsaCurve: unknown }),
  },
});
