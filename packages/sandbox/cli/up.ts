import { addressesIn, contractOutput, fingerprintsOf, LinkError, readContract } from "@metrics-link/contract";
import { z } from "zod";
import { bundleProviders } from "../plugins/bundle.ts";
import { accessIn } from "../services/alertmanager/access.ts";
import { startWorld } from "../world/start.ts";
import { hold, isSigned, makeMedium } from "./ceremony.ts";
import type { Pulumi } from "./pulumi.ts";
import type { Report } from "./report.ts";
import { pulumiOf, type Sandbox } from "./sandbox.ts";
import { passwordKey, type Role, roles } from "./stack-files.ts";

const peerOf: Record<Role, Role> = { sender: "receiver", receiver: "sender" };

/**
 * Brings up the sandbox and both stacks, as far as they are not up yet.
 *
 * The first time it does what two accounts do: a request and a ceremony on each side, then three updates: the sender;
 * the receiver, which pins the sender's root; and the sender again, which pins the receiver's. Later runs update each
 * once.
 */
export async function up(sandbox: Sandbox, report: Report): Promise<void> {
  await report.step("sandbox", (progress) => startWorld(sandbox.layout, { progress }));
  await bundleProviders(sandbox.layout.plugins);
  const pulumi = pulumiOf(sandbox);
  for (const role of roles) sandbox.files.write(role);
  const known = await pulumi.stacks();
  for (const role of roles) if (!known.includes(role)) await pulumi.must(["stack", "init", role]);
  const { password } = accessIn(sandbox.layout.alertmanager);
  const closed = roles.filter((role) => sandbox.files.lacksPassword(role));
  await Promise.all(closed.map((role) => pulumi.setSecret(role, passwordKey, password)));

  const update = (role: Role, purpose = "") =>
    report.step(`pulumi up -s ${role}${purpose}`, async (progress) => progress(await pulumi.up(role)));
  const unsigned = roles.filter((role) => !isSigned(sandbox, role));
  if (unsigned.length > 0) {
    await report.step(`the request and the ceremony of ${unsigned.join(" and ")}`, async (progress) => {
      makeMedium(sandbox);
      await Promise.all(unsigned.map((role) => pulumi.up(role)));
      await Promise.all(unsigned.map((role) => hold(sandbox, role)));
      progress("root and intermediate G1");
    });
  }
  const lacksPins = (role: Role) =>
    [sandbox.files.pins(role), sandbox.files.pins(role, "addresses")].some((pins) => pins.length === 0);
  const untrusted = roles.filter(lacksPins);
  await update("sender");
  if (untrusted.includes("receiver")) await pin(sandbox, pulumi, "receiver", report);
  await update("receiver");
  if (untrusted.includes("sender")) {
    await pin(sandbox, pulumi, "sender", report);
    await update("sender", " (the link)");
  }
}

/** Writes the peer's root and addresses into a stack's configuration, as a person does after a call. */
async function pin({ files }: Sandbox, pulumi: Pulumi, role: Role, report: Report): Promise<void> {
  const peer = peerOf[role];
  const contract = readContract(peer, await pulumi.output(peer, contractOutput, z.unknown()));
  if (contract === undefined) {
    throw new LinkError("PEER_NOT_DEPLOYED", {
      what: `the stack ${peer} has no output ${contractOutput}`,
      next: `run \`pulumi up -s ${peer}\` first`,
    });
  }
  const rootFingerprints = fingerprintsOf(contract.rootBundle);
  const addresses = addressesIn(contract);
  files.pin(role, { rootFingerprints, addresses });
  report.say(`${role} pins the root of ${peer}: ${rootFingerprints.join(", ")}`);
  report.say(`${role} pins the addresses of ${peer}: ${addresses.join(", ")}`);
}
