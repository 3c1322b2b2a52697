/** Senders that join a running sandbox and leave it, each with an account, a PKI, a network and people of its own. */
import type { Guest } from "../world/accounts.ts";
import { prepareAccounts, shownBy, updateExchanges } from "./account.ts";
import { externalLabels } from "./external-labels.ts";
import type { Report } from "./report.ts";
import { pulumiOf, type Sandbox } from "./sandbox.ts";
import type { Sender } from "./stack-files.ts";

/** The machine in no stack that leaves by the address of the first sender. */
export const neighbour = "neighbour";

/**
 * Brings senders up beside those that are there: their exchanges, an entry for each at the receiver, then their hosts. Later
 * runs update them. A receiver of several senders pins the labels of each, the first one's too.
 */
export async function join(sandbox: Sandbox, guests: readonly Guest[], report: Report): Promise<void> {
  const { files, world } = sandbox;
  await world.setNeighbour({ name: neighbour, host: "sender" });
  await prepareAccounts(sandbox, guests, report);
  const known = files.senders();
  const strangers = guests.filter((guest) => !known.includes(guest));
  if (strangers.length > 0) await agree(sandbox, strangers, report);
  await report.step(`pulumi up of ${guests.join(" and ")}`, async (progress) => {
    const counts = await Promise.all(guests.map((guest) => pulumiOf(sandbox, guest).up(guest)));
    progress(counts.join("; "));
  });
  await updateExchanges(sandbox, ["receiver", ...guests], "whom each host trusts", report);
}

/** Both sides pin each other, and the receiver lets the guests in. */
async function agree(sandbox: Sandbox, strangers: readonly Guest[], report: Report): Promise<void> {
  const { files } = sandbox;
  await updateExchanges(sandbox, strangers, "roots and addresses", report);
  files.pin("receiver", { labels: externalLabels(sandbox, "sender") });
  for (const guest of strangers) {
    files.pin(guest, await shownBy(sandbox, guest, "receiver"));
    const pins = { ...(await shownBy(sandbox, "receiver", guest)), labels: externalLabels(sandbox, guest) };
    files.admit(guest, pins);
    report.say(`receiver pins ${guest}: ${pins.addresses.join(", ")}, ${JSON.stringify(pins.labels)}`);
  }
  await updateReceiver(sandbox, report);
}

/** Removes a sender from the receiver. What it has in its own account stays there, and its link is refused. */
export async function leave(sandbox: Sandbox, guest: Guest, report: Report): Promise<void> {
  sandbox.files.dismiss(guest);
  await updateReceiver(sandbox, report);
  await updateExchanges(sandbox, ["receiver"], "whom the receiver trusts", report);
}

/** Suspends a sender at the receiver with a reason, or resumes it. */
export async function suspend(
  sandbox: Sandbox,
  sender: Sender,
  reason: string | undefined,
  report: Report,
): Promise<void> {
  sandbox.files.suspend("receiver", reason, sender);
  await updateReceiver(sandbox, report);
}

const updateReceiver = (sandbox: Sandbox, report: Report): Promise<void> =>
  report.step("pulumi up -s receiver", async (progress) =>
    progress(await pulumiOf(sandbox, "receiver").up("receiver")),
  );
