import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const addressesAreKept: ResourceRule = {
  kind: "resource",
  name: "addresses-are-kept",
  fence: "address",
  rule: "Every Elastic IP is protected.",
  reason: "The peer's fence names this address. Once released it is somebody else's, who then stands inside the fence.",
  remedy:
    "Set protect and retainOnDelete on the resource. CrossGuard is not told of the second; a test of the program is.",
  source: "docs/architecture.md, fence 1; AWS EC2 User Guide, Elastic IP addresses",
  types: [types.address],
  *check({ opts, props }) {
    if (!opts.protect) yield "the address is not protected";
    if (props.domain !== undefined && props.domain !== "vpc") yield `domain is ${props.domain} instead of vpc`;
  },
};
