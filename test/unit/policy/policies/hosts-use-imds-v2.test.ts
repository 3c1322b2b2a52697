import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const instance = (change: object) =>
  resource(types.instance, { metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1, ...change } });

specify("hosts-use-imds-v2", {
  passes: {
    "tokens over one hop": instance({}),
  },
  fails: {
    "no tokens": [instance({ httpTokens: "optional" }), /httpTokens is optional/],
    "two hops": [instance({ httpPutResponseHopLimit: 2 }), /HopLimit is 2/],
    "no value set": [resource(types.instance, {}), /httpTokens is not set/],
  },
  undecidable: {
    "a hop limit that is not known": instance({ httpPutResponseHopLimit: unknown }),
  },
});
