import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const instance = (associatePublicIpAddress: boolean) => resource(types.instance, { associatePublicIpAddress });

specify("hosts-are-private", {
  passes: {
    "a host without an address": instance(false),
    "a subnet that gives none": resource(types.subnet, { mapPublicIpOnLaunch: false }),
  },
  fails: {
    "a public host": [instance(true), /associatePublicIpAddress is not false/],
    "a subnet that gives addresses": [resource(types.subnet, { mapPublicIpOnLaunch: true }), /mapPublicIpOnLaunch/],
    "an address for a host": [resource(types.address, { instance: "i-1" }), /given to i-1/],
  },
  undecidable: {
    "a subnet that is not known": resource(types.subnet, { mapPublicIpOnLaunch: unknown }),
    "a host of an address that is not known": resource(types.address, { instance: unknown }),
  },
});
