import { readFileSync } from "node:fs";

/** The AWS accounts of a sandbox. */
export const accounts = {
  sender: "111111111111",
  receiver: "222222222222",
  /** The platform team's own account. */
  tools: "999999999999",
} as const;

/** The role in the sender's and the receiver's account which the Pulumi program assumes. */
export const deployRole = "metrics-link-deploy";

/** The policy in the sender's and the receiver's account that bounds the roles of hosts. */
export const hostBoundary = "metrics-link-host-boundary";

/** A document of stacks/iam as its administrators put it into an account: written for the sender's. */
export const iamDocument = (name: "host-boundary" | "deploy-role") => (account: string) =>
  readFileSync(new URL(`../../../stacks/iam/${name}.json`, import.meta.url), "utf8").replaceAll(
    accounts.sender,
    account,
  );

export const region = "eu-west-1";

/** The accounts that deploy, by what they are of a link. */
export type Side = Exclude<keyof typeof accounts, "tools">;
export const sides = ["sender", "receiver"] as const satisfies readonly Side[];

/** The user of an account as whom a person there runs Pulumi and every command. */
export const deployerArn = (side: Side) => `arn:aws:iam::${accounts[side]}:user/deployer`;

/** Whose a stack is. */
export const sideOf = (stack: string): Side => (stack.startsWith("receiver") ? "receiver" : "sender");

/** The ARN of the role which the Pulumi program assumes in an account. */
export const deployRoleArn = (account: string) => `arn:aws:iam::${account}:role/${deployRole}`;
