/**
 * Calls by which a person lifts a protection before a stack can go (docs/deploy.md): of what the cloud alone keeps, since moto would change
 * nothing. Of other calls the sandbox realises what Pulumi asks for.
 */
import type { Call } from "../services/front/query.ts";
import { AwsError } from "./aws-error.ts";
import type { Scope } from "./aws-resource-type.ts";
import { loadBalancer } from "./lb/load-balancer.ts";
import type { Resource } from "./resource.ts";
import { firewallAssociation } from "./route53/firewall-association.ts";

/** A resource with other inputs. */
type Change = Pick<Resource, "type" | "id" | "inputs">;

type Changing = (scope: Scope, parameters: Call["parameters"]) => Change;

/** By the service that signs the call. */
export const CHANGED: Readonly<Record<string, Readonly<Record<string, Changing>>>> = {
  elasticloadbalancing: {
    ModifyLoadBalancerAttributes: (scope, parameters) => {
      const { LoadBalancerArn = "" } = parameters;
      const { type, id, inputs } = scope.get(loadBalancer, LoadBalancerArn);
      const key = parameters["Attributes.member.1.Key"];
      if (key !== "deletion_protection.enabled" || "Attributes.member.2.Key" in parameters) {
        throw new AwsError(
          "NotModelled",
          `of a load balancer's attributes only deletion_protection.enabled, not ${key}`,
        );
      }
      return {
        ...{ type, id },
        inputs: { ...inputs, enableDeletionProtection: parameters["Attributes.member.1.Value"] === "true" },
      };
    },
  },
  route53resolver: {
    UpdateFirewallRuleGroupAssociation: (scope, parameters) => {
      const { FirewallRuleGroupAssociationId = "", MutationProtection } = parameters;
      const { type, id, inputs } = scope.get(firewallAssociation, FirewallRuleGroupAssociationId);
      if (MutationProtection === undefined || "Priority" in parameters || "Name" in parameters) {
        throw new AwsError("NotModelled", "of an association only MutationProtection");
      }
      return { type, id, inputs: { ...inputs, mutationProtection: MutationProtection } };
    },
  },
};
