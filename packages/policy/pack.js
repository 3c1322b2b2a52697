// JavaScript, so that Pulumi's runner does not put ts-node in the way: Node itself runs the TypeScript.
import { PolicyPack } from "@pulumi/policy";
import { crossGuardPolicies } from "./model/crossguard.ts";
import { exchangePolicies, policies } from "./policies/index.ts";

new PolicyPack("metrics-link", { policies: crossGuardPolicies(policies, exchangePolicies) });
