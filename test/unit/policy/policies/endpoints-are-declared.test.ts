import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const declared = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";
const network = {
  cidr: "10.10.0.0/16",
  zones: ["eu-west-1a", "eu-west-1b"],
  endpointServices: [declared],
  documentationAddresses: true,
};
const endpoint = (serviceName: string) => resource(types.vpcEndpoint, { serviceName });

specify("endpoints-are-declared", {
  configuration: { network },
  passes: {
    "what hosts talk to at AWS": endpoint("com.amazonaws.eu-west-1.ssm"),
    "what the configuration names": endpoint(declared),
  },
  fails: {
    "another party's service": [
      endpoint("com.amazonaws.vpce.eu-west-1.vpce-svc-0fedcba9876543210"),
      /leads to com\.amazonaws\.vpce\.eu-west-1\.vpce-svc-0fedcba9876543210/,
    ],
    "another service of AWS": [endpoint("com.amazonaws.eu-west-1.sqs"), /eu-west-1\.sqs/],
    "the declared one of another region": [endpoint(declared.replace("eu-west-1", "eu-west-2")), /eu-west-2/],
  },
  undecidable: {
    "one that is not known": endpoint(unknown),
  },
});
