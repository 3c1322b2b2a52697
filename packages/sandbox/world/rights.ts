/** What the administrators of each account have made in IAM before anything is deployed, as docs/deploy.md tells them. */
import { readFileSync } from "node:fs";
import { deployerPolicies, readerPolicies } from "../cloud/index.ts";
import type { DeployRights } from "../services/moto/moto.ts";
import { accounts, hostBoundary, region, snapshotRole } from "./accounts.ts";

/** The managed policy that is the permissions boundary of the role of updates. */
const deployBoundary = "metrics-link-deploy";

/** A document of stacks/iam for an account. They are written for the sender's. */
const ofAdministrators = (name: "host-boundary" | "deploy-role" | "snapshot-role", account: string): string =>
  readFileSync(new URL(`../../../stacks/iam/${name}.json`, import.meta.url), "utf8").replaceAll(
    accounts.sender,
    account,
  );

/**
 * What is attached to the role of updates, by the name of the file in docs/iam: of both stacks of the account, and of who
 * preflights and audits them, which in the sandbox is the same role.
 */
function ofDeployer(account: string): Readonly<Record<string, string>> {
  const [side, place] = [account === accounts.receiver ? "receiver" : "sender", { account, region }] as const;
  const documents = {
    ...deployerPolicies("exchange", place),
    ...deployerPolicies(side, place),
    ...readerPolicies(side, place),
  };
  return Object.fromEntries(Object.entries(documents).map(([name, document]) => [name, JSON.stringify(document)]));
}

/** Every managed policy of an account, by its name. */
export const managedPolicies = (account: string): Readonly<Record<string, string>> => ({
  [hostBoundary]: ofAdministrators("host-boundary", account),
  [deployBoundary]: ofAdministrators("deploy-role", account),
  [snapshotRole]: ofAdministrators("snapshot-role", account),
  ...ofDeployer(account),
});

/** What the role of updates has of these. */
export const deployRights = (account: string): DeployRights => ({
  attached: Object.keys(ofDeployer(account)),
  boundary: deployBoundary,
});
