/** The AWS accounts of a sandbox. */
export const accounts = {
  sender: "111111111111",
  receiver: "222222222222",
  "sender-c": "444444444444",
  "sender-d": "555555555555",
  /** The platform team's own account. */
  tools: "999999999999",
} as const;

/** The role in the sender's and the receiver's account which the Pulumi program assumes. */
export const deployRole = "metrics-link-deploy";

/** The policy in the sender's and the receiver's account that bounds the roles of hosts. */
export const hostBoundary = "metrics-link-host-boundary";

export const region = "eu-west-1";

/** The accounts that deploy, by what they are of a link. */
export type Side = Exclude<keyof typeof accounts, "tools">;
/** Those that can join the first sender: each in an account of its own. */
export const guests = ["sender-c", "sender-d"] as const satisfies readonly Side[];
export type Guest = (typeof guests)[number];
export const sides = ["sender", "receiver", ...guests] as const satisfies readonly Side[];

/** Something of each account that deploys. */
export const ofEachSide = <Value>(of: (side: Side) => Value): Record<Side, Value> => ({
  sender: of("sender"),
  receiver: of("receiver"),
  "sender-c": of("sender-c"),
  "sender-d": of("sender-d"),
});

/** The user of an account as whom a person there runs Pulumi and every command. */
export const deployerArn = (side: Side) => `arn:aws:iam::${accounts[side]}:user/deployer`;

/**
 * The user of an account for what a deployer may not do: to delete what a stack keeps, to give and take rights, and what
 * somebody does behind Pulumi's back.
 */
export const administratorArn = (side: Side) => `arn:aws:iam::${accounts[side]}:user/administrator`;

/** A session of the role of the updates of an account, as IAM's errors name it. */
export const deployerSession = (account: string) => `arn:aws:sts::${account}:assumed-role/${deployRole}/somebody`;

/** The role in the sender's and the receiver's account by which AWS takes snapshots, and the policy that it has. */
export const snapshotRole = "metrics-link-snapshots";

/** Data Lifecycle Manager, while it works in an account by that role. */
export const snapshotSession = (account: string) => `arn:aws:sts::${account}:assumed-role/${snapshotRole}/dlm`;

/** Whose a stack is. */
export const sideOf = (stack: string): Side =>
  sides.find((side) => side !== "sender" && stack.startsWith(side)) ?? "sender";

/**
 * The name of a host in the sandbox. A stack names its host by its role, so the hosts of all senders have one name in AWS; that
 * of a guest is called as its stack.
 */
export const hostName = (account: string, tag: string): string =>
  guests.find((guest) => tag === "sender" && accounts[guest] === account) ?? tag;

/** The ARN of the role which the Pulumi program assumes in an account. */
export const deployRoleArn = (account: string) => `arn:aws:iam::${account}:role/${deployRole}`;
