import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const endpoint = resource(types.vpcEndpoint, { vpcEndpointType: "Gateway", prefixListId: "pl-1" });
const rule = (prefixListId: string) => resource(types.egressRule, { prefixListId });

specify("prefix-list-is-s3", {
  passes: {
    "a rule whose unset ends AWS' provider leaves empty": [endpoint, rule("")],
    "the prefix list of the stack's own endpoint": [endpoint, rule("pl-1")],
    "rules without one": [endpoint, resource(types.egressRule, { cidrIpv4: "198.51.100.10/32" })],
  },
  fails: {
    "another one": [[endpoint, rule("pl-2")], /pl-2 is not the prefix list/],
  },
  undecidable: {
    "one that is not known": [endpoint, rule(unknown)],
  },
});
