import { each, type StackRule } from "../model/policy.ts";
import { ofType } from "../model/stack.ts";

export const hostsStandApart: StackRule = {
  kind: "stack",
  name: "hosts-stand-apart",
  fence: "address",
  rule: "Hosts are in subnets whose routes do not lead to an internet gateway.",
  reason: "In a public subnet one wrong setting gives a host an address.",
  remedy: "Put the instance into a private subnet.",
  source: "AWS VPC User Guide, Subnet types; CIS Controls 12.2",
  *check(resources) {
    const open = ofType(resources, "route").filter(({ props }) => Boolean(props.gatewayId));
    const associations = ofType(resources, "routeTableAssociation");
    yield* each(ofType(resources, "instance"), function* ({ props: { subnetId } }) {
      const tables = associations
        .filter(({ props }) => props.subnetId === subnetId)
        .map(({ props }) => props.routeTableId);
      if (tables.length !== 1)
        yield `its subnet ${subnetId} has ${tables.length} route tables of this stack instead of one`;
      if (open.some(({ props }) => tables.includes(props.routeTableId))) {
        yield `its subnet ${subnetId} has a route to an internet gateway`;
      }
    });
  },
};
