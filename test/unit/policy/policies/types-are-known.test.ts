import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify("types-are-known", {
  passes: {
    "a type that others ask about": resource(types.instance, {}),
    "a harmless one": resource("aws:ec2/vpc:Vpc", {}),
    "a component of ours": resource("metrics-link:host:Host", {}),
    // A type is always known, whatever the properties are.
    "one with no other known value": resource(types.volume, { size: unknown }),
  },
  fails: {
    "a user": [resource("aws:iam/user:User", {}), /no policy knows aws:iam\/user:User/],
    "a function": [resource("aws:lambda/function:Function", { role: unknown }), /no policy knows aws:lambda/],
  },
  undecidable: {},
});
