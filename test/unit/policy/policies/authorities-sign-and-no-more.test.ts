import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const signs = { isCaCertificate: true, allowedUses: ["cert_signing", "crl_signing"], setSubjectKeyId: true };
const root = (change: object) => resource(types.selfSignedCert, { ...signs, maxPathLength: 1, ...change });
const intermediate = (change: object) => resource(types.locallySignedCert, { ...signs, maxPathLength: 0, ...change });

specify("authorities-sign-and-no-more", {
  passes: {
    "a root": root({}),
    "an intermediate": intermediate({}),
    "a leaf, which is not asked": resource(types.locallySignedCert, { allowedUses: ["client_auth"] }),
  },
  fails: {
    "a longer path": [root({ maxPathLength: 2 }), /maxPathLength is 2 instead of 1/],
    "an intermediate that makes authorities": [intermediate({ maxPathLength: 1 }), /maxPathLength is 1 instead of 0/],
    "another usage": [intermediate({ allowedUses: ["cert_signing", "crl_signing", "server_auth"] }), /allowedUses are/],
    "a self-signed leaf": [root({ isCaCertificate: false }), /no authority/],
  },
  undecidable: {
    "a path length that is not known": root({ maxPathLength: unknown }),
  },
});
