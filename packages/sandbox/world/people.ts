/** Whose keys the sandbox's accounts have when it starts. */
import { LinkError } from "@metrics-link/contract";
import type { AccessKey, Moto } from "../services/moto/moto.ts";
import { accounts, ofEachSide } from "./accounts.ts";
import type { Settings } from "./settings.ts";

/**
 * Whether the accounts are as an organization hands them out: with an administrator, and without the deployers, roles, policies
 * and keys that docs/deploy.md makes. For whoever makes them by that page.
 */
export const accountsAreNew = (): boolean => process.env.METRICS_LINK_SANDBOX_ACCOUNTS === "new";

/** The keys that the sandbox keeps for its people: the administrators' and, unless the accounts are new, the deployers'. */
export const peopleOf = ({
  keys: { administrators, deployers },
}: Moto): Pick<Settings, "administrators" | "deployers"> => ({
  administrators: ofEachSide((side) => keyIn(administrators, accounts[side])),
  ...(accountsAreNew() ? {} : { deployers: ofEachSide((side) => keyIn(deployers, accounts[side])) }),
});

/** The key by which the sandbox's cloud carries out what Pulumi's provider asks for. @throws LinkError for no such account */
export const adminOf = ({ keys }: Moto, account: string): AccessKey => keyIn(keys.admins, account);

function keyIn(keys: Readonly<Record<string, AccessKey>>, account: string): AccessKey {
  const key = keys[account];
  if (key !== undefined) return key;
  throw new LinkError("SANDBOX_REFUSED", {
    what: `the sandbox has no account ${account}`,
    next: `use one of: ${Object.keys(keys).join(", ")}`,
  });
}
