import type { Generated } from "./generated.ts";

/** As in the examples: a reader puts their own in. */
const accounts = { sender: "111111111111", receiver: "222222222222" } as const;
const region = "eu-west-1";

/** Every file of docs/iam. */
const names = [
  "deployer-exchange",
  "deployer-receiver-balancer",
  "deployer-receiver-names",
  "deployer-receiver-network",
  "deployer-receiver-services",
  "deployer-sender-names",
  "deployer-sender-network",
  "deployer-sender-services",
  "reader-exchange",
  "reader-receiver",
  "reader-sender",
  "auditor-of-hosts-receiver",
  "auditor-of-hosts-sender",
  "state-receiver",
  "state-sender",
] as const;

/** The policies of docs/iam, made of the calls that AWS gets. Written for the accounts of the examples. */
export const iamPolicies: readonly Generated[] = names.map((name) => ({
  file: `docs/iam/${name}.json`,
  render: async () => `${JSON.stringify((await documents())[name], undefined, 2)}\n`,
}));

/** By the name of the file. */
export async function documents(): Promise<Readonly<Record<string, unknown>>> {
  const { deployerPolicies, readerPolicies } = await import("@metrics-link/sandbox/cloud/calls/stacks.ts");
  const { statePolicy } = await import("@metrics-link/sandbox/cloud/calls/state.ts");
  const sender = { account: accounts.sender, region };
  const receiver = { account: accounts.receiver, region };
  const state = (account: string, own: readonly string[], peer: string) =>
    statePolicy({
      bucket: "YOUR-STATE-BUCKET",
      own,
      peers: [peer],
      key: `arn:aws:kms:${region}:${account}:key/YOUR-KEY`,
      deployRole: `arn:aws:iam::${account}:role/metrics-link-deploy`,
    });
  return {
    ...deployerPolicies("exchange", sender),
    ...deployerPolicies("sender", sender),
    ...deployerPolicies("receiver", receiver),
    ...readerPolicies("exchange", sender),
    ...readerPolicies("sender", sender),
    ...readerPolicies("receiver", receiver),
    "state-sender": state(accounts.sender, ["account-a", "production-sender"], "account-b"),
    "state-receiver": state(accounts.receiver, ["account-b", "production-receiver"], "account-a"),
  };
}
