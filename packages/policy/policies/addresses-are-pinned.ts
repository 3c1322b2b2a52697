import { isUnknownValue, type StackRule } from "../model/policy.ts";
import { differences, ofType } from "../model/stack.ts";

export const addressesArePinned: StackRule = {
  kind: "stack",
  name: "addresses-are-pinned",
  fence: "address",
  rule: "Once policy.addressAllocations is set, the stack has exactly those Elastic IPs.",
  reason: "Another address cuts the link until the peer's people have let it in, and the old one may go to a stranger.",
  remedy: "Import the pinned allocation again (pulumi import), or tell the peer and then pin the new one.",
  source: "docs/architecture.md, fence 1; docs/decisions/0400",
  *check(resources, { configuration: { policy } }) {
    const pinned = policy.addressAllocations;
    if (pinned === undefined) return;
    const found = ofType(resources, "address").map(({ name, props }) => {
      try {
        return props.allocationId as string;
      } catch (error) {
        // An address that is there has an id that is known: this one would be made anew.
        if (isUnknownValue(error)) return `${name}, which would be made anew`;
        throw error;
      }
    });
    yield* differences("Elastic IPs", found, pinned);
  },
};
