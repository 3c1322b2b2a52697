import { each, type StackRule } from "../model/policy.ts";
import { ofType } from "../model/stack.ts";

export const prefixListIsS3: StackRule = {
  kind: "stack",
  name: "prefix-list-is-s3",
  fence: "address",
  rule: "The one prefix list that a host may leave to is that of its own S3 endpoint.",
  reason: "A prefix list is a set of addresses that somebody else can lengthen.",
  remedy: "Take prefixListId from the stack's gateway endpoint for S3.",
  source: "docs/decisions/0231; AWS VPC User Guide, AWS-managed prefix lists",
  *check(resources) {
    const own = ofType(resources, "vpcEndpoint");
    yield* each(ofType(resources, "egressRule"), function* ({ props: { prefixListId } }) {
      if (!prefixListId) return;
      const of = own.find(({ props }) => props.vpcEndpointType === "Gateway" && props.prefixListId === prefixListId);
      if (of === undefined) yield `${prefixListId} is not the prefix list of a gateway endpoint of this stack`;
    });
  },
};
