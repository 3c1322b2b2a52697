import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify("secrets-have-their-own-key", {
  passes: {
    "a key of its own": resource(types.secret, { kmsKeyId: "1" }),
    "a key that rotates": resource(types.key, { enableKeyRotation: true, deletionWindowInDays: 30 }),
  },
  fails: {
    "AWS' own key": [resource(types.secret, {}), /kmsKeyId is not set/],
    "a key that does not": [resource(types.key, {}), /enableKeyRotation/],
    "a key that is gone in a week": [
      resource(types.key, { enableKeyRotation: true, deletionWindowInDays: 7 }),
      /deletionWindowInDays is 7/,
    ],
  },
  undecidable: {
    "a key that is not known": resource(types.secret, { kmsKeyId: unknown }),
  },
});
