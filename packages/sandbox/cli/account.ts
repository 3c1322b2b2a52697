/** What the people of an account do before it has a link: stacks, keys, a password, a ceremony, and the pins of a peer. */
import {
  addressesIn,
  contractOutput,
  fingerprintsOf,
  LinkError,
  type Pins,
  readContract,
} from "@metrics-link/contract";
import { z } from "zod";
import { accessIn } from "../services/alertmanager/access.ts";
import type { Side } from "../world/accounts.ts";
import { readSettings } from "../world/settings.ts";
import { hold, isSigned, makeMedium } from "./ceremony.ts";
import type { Report } from "./report.ts";
import { pulumiOf, type Sandbox } from "./sandbox.ts";
import { exchangeOf, passwordKey } from "./stack-files.ts";

/** Makes the files and the stacks of accounts and holds their ceremonies, as far as that was not done. */
export async function prepareAccounts(sandbox: Sandbox, sides: readonly Side[], report: Report): Promise<void> {
  const { secretsProviders: keys } = readSettings(sandbox.layout) ?? {};
  if (keys === undefined) throw new LinkError("INTERNAL", { what: "the sandbox has no key for its state" });
  const as = (side: Side) => pulumiOf(sandbox, side);
  for (const side of sides) sandbox.files.write(side);
  for (const side of sides) sandbox.files.requireKey(side, keys[side]);
  // A stack with a key cannot be read without the key, so an exchange has none.
  await Promise.all(
    sides.flatMap((side) => [as(side).init(exchangeOf(side), "passphrase"), as(side).init(side, keys[side])]),
  );
  const { password } = accessIn(sandbox.layout.alertmanager);
  const closed = sides.filter((side) => sandbox.files.lacksPassword(side));
  await Promise.all(closed.map((side) => as(side).setSecret(side, passwordKey, password)));

  const unsigned = sides.filter((side) => !isSigned(sandbox, side));
  if (unsigned.length === 0) return;
  await report.step(`the request and the ceremony of ${unsigned.join(" and ")}`, async (progress) => {
    makeMedium(sandbox);
    await Promise.all(unsigned.map((side) => as(side).up(side)));
    await Promise.all(unsigned.map((side) => hold(sandbox, side)));
    progress("root and intermediate G1");
  });
}

/** Updates the exchange stacks of accounts. */
export function updateExchanges(
  sandbox: Sandbox,
  sides: readonly Side[],
  purpose: string,
  report: Report,
): Promise<unknown> {
  const which = sides.length === 2 ? "both exchange stacks" : `${sides.length} exchange stacks`;
  return report.step(`pulumi up of ${which}: ${purpose}`, () =>
    Promise.all(sides.map((side) => pulumiOf(sandbox, side).up(exchangeOf(side)))),
  );
}

/** What a person of another account hears: the roots and addresses that an exchange stack shows. */
export async function shownBy(sandbox: Sandbox, reader: Side, shown: Side): Promise<Pins> {
  const stack = exchangeOf(shown);
  const contract = readContract(stack, await pulumiOf(sandbox, reader).output(stack, contractOutput, z.unknown()));
  if (contract !== undefined) {
    return { rootFingerprints: fingerprintsOf(contract.rootBundle), addresses: addressesIn(contract) };
  }
  throw new LinkError("PEER_NOT_DEPLOYED", {
    what: `the stack ${stack} has no output ${contractOutput}`,
    next: `run \`pulumi up -s ${stack}\` first`,
  });
}
