import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const dataIsKept: ResourceRule = {
  kind: "resource",
  name: "data-is-kept",
  fence: "host",
  rule: "The volume with TSDB and WAL is protected.",
  reason: "It holds every sample that is not sent yet, and on the receiver all of them.",
  remedy:
    "Set protect and retainOnDelete on the volume. CrossGuard is not told of the second; a test of the program is.",
  source: "docs/architecture.md, Hosts; docs/operate.md, What is lost, and when",
  types: [types.volume],
  *check({ opts }) {
    if (!opts.protect) yield "the volume is not protected";
  },
};
