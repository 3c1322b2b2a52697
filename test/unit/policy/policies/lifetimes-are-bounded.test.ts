import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const leaf = (validityPeriodHours: number) => resource(types.locallySignedCert, { validityPeriodHours });

specify("lifetimes-are-bounded", {
  passes: {
    "thirty days": leaf(720),
    "ten years of a root": resource(types.selfSignedCert, { validityPeriodHours: 87_660 }),
  },
  fails: {
    "a year of a leaf": [leaf(8766), /a leaf is valid for 8766 hours, more than 2160/],
    "a century of a root": [resource(types.selfSignedCert, { validityPeriodHours: 876_600 }), /a root is valid/],
    "a century of an intermediate": [
      resource(types.locallySignedCert, { isCaCertificate: true, validityPeriodHours: 876_600 }),
      /an intermediate is valid/,
    ],
    "no lifetime at all": [resource(types.selfSignedCert, {}), /undefined hours/],
  },
  undecidable: {
    "a lifetime that is not known": resource(types.locallySignedCert, { validityPeriodHours: unknown }),
  },
});
