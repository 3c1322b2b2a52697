/** The AWS accounts of a sandbox. */
export const accounts = {
  sender: "111111111111",
  receiver: "222222222222",
  /** The platform team's own account, whose user `deployer` assumes the deployment roles of the others. */
  tools: "999999999999",
} as const;

/** The role in the sender's and the receiver's account which the Pulumi program assumes. */
export const deployRole = "metrics-link-deploy";

export const region = "eu-west-1";

/** The ARN of the role which the Pulumi program assumes in an account. */
export const deployRoleArn = (account: string) => `arn:aws:iam::${account}:role/${deployRole}`;
