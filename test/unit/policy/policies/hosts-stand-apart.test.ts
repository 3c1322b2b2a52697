import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const toInternet = resource(types.route, { gatewayId: "igw-1", routeTableId: "rtb-public" });
const association = (routeTableId: string) =>
  resource(types.routeTableAssociation, { subnetId: "subnet-1", routeTableId });
const instance = resource(types.instance, { subnetId: "subnet-1" });

specify("hosts-stand-apart", {
  passes: {
    "a route whose unset ends AWS' provider leaves empty": [
      resource(types.route, { gatewayId: "", routeTableId: "rtb-private" }),
      association("rtb-private"),
      instance,
    ],
    "a private subnet": [toInternet, association("rtb-private"), instance],
  },
  fails: {
    "a public one": [[toInternet, association("rtb-public"), instance], /route to an internet gateway/],
    "a subnet of somebody else": [[toInternet, instance], /0 route tables of this stack/],
  },
  undecidable: {
    "a route table that is not known": [toInternet, association(unknown), instance],
  },
});
