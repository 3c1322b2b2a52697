import { bundleProviders } from "../plugins/bundle.ts";
import { guests } from "../world/accounts.ts";
import { startWorld } from "../world/start.ts";
import { prepareAccounts, shownBy, updateExchanges } from "./account.ts";
import { join } from "./guests.ts";
import type { Report } from "./report.ts";
import { pulumiOf, type Sandbox } from "./sandbox.ts";
import { peerOf, type Role, roles } from "./stack-files.ts";

/**
 * Brings up the sandbox and its four stacks, as far as they are not up yet.
 *
 * The first time it does what two accounts do: a request and a ceremony on each side, then both exchange stacks, which show
 * roots and addresses; each side pins what the other's shows; then the receiver and the sender, each once. At last the
 * exchanges again, which show whom their hosts trust. Later runs update each stack once.
 * @param senders how many at least: others join when the first is up
 */
export async function up(sandbox: Sandbox, report: Report, senders = 1): Promise<void> {
  await report.step("sandbox", (progress) => startWorld(sandbox.layout, { progress }));
  await bundleProviders(sandbox.layout.plugins);
  await prepareAccounts(sandbox, roles, report);
  const lacksPins = (role: Role) =>
    [sandbox.files.pins(role), sandbox.files.pins(role, "addresses")].some((pins) => pins.length === 0);
  const untrusted = roles.filter(lacksPins);
  if (untrusted.length > 0) await updateExchanges(sandbox, roles, "roots and addresses", report);
  for (const role of untrusted) await pin(sandbox, role, report);
  for (const role of ["receiver", "sender"] as const) {
    await report.step(`pulumi up -s ${role}`, async (progress) => progress(await pulumiOf(sandbox, role).up(role)));
  }
  await updateExchanges(sandbox, roles, "whom each host trusts", report);
  const known = sandbox.files.senders();
  const others = guests.filter((guest, index) => known.includes(guest) || index < senders - 1);
  if (others.length > 0) await join(sandbox, others, report);
}

/** Writes the peer's root and addresses into a stack's configuration, as a person does after a call. */
async function pin(sandbox: Sandbox, role: Role, report: Report): Promise<void> {
  const peer = peerOf[role];
  const { rootFingerprints, addresses } = await shownBy(sandbox, role, peer);
  sandbox.files.pin(role, { rootFingerprints, addresses });
  report.say(`${role} pins the root of ${peer}: ${rootFingerprints.join(", ")}`);
  report.say(`${role} pins the addresses of ${peer}: ${addresses.join(", ")}`);
}
