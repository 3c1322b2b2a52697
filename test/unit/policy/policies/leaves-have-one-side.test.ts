import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const leaf = (allowedUses: string[]) => resource(types.locallySignedCert, { allowedUses });
const request = (dnsNames: string[]) => resource(types.certRequest, { dnsNames });

specify("leaves-have-one-side", {
  passes: {
    "a client": leaf(["digital_signature", "client_auth"]),
    "the name of the configuration": request(["metrics-sender.account-a.internal"]),
    "an intermediate's request": resource(types.certRequest, {}),
  },
  fails: {
    "a server at a sender": [leaf(["digital_signature", "server_auth"]), /server_auth instead of client_auth/],
    "both sides": [leaf(["digital_signature", "client_auth", "server_auth"]), /allowedUses are/],
    "a wildcard": [request(["*.account-a.internal"]), /asks for \*\.account-a/],
    "an address": [resource(types.certRequest, { ipAddresses: ["192.0.2.1"] }), /asks for 192.0.2.1/],
  },
  undecidable: {
    "names that are not known": resource(types.certRequest, { dnsNames: unknown }),
  },
});
