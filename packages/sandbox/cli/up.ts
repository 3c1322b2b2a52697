import { addressesIn, contractOutput, fingerprintsOf, LinkError, readContract } from "@metrics-link/contract";
import { z } from "zod";
import { bundleProviders } from "../plugins/bundle.ts";
import { accessIn } from "../services/alertmanager/access.ts";
import { readSettings } from "../world/settings.ts";
import { startWorld } from "../world/start.ts";
import { hold, isSigned, makeMedium } from "./ceremony.ts";
import type { Pulumi } from "./pulumi.ts";
import type { Report } from "./report.ts";
import { pulumiOf, type Sandbox } from "./sandbox.ts";
import { exchangeOf, passwordKey, peerOf, type Role, roles } from "./stack-files.ts";

/**
 * Brings up the sandbox and its four stacks, as far as they are not up yet.
 *
 * The first time it does what two accounts do: a request and a ceremony on each side, then both exchange stacks, which show
 * roots and addresses; each side pins what the other's shows; then the receiver and the sender, each once. At last the
 * exchanges again, which show whom their hosts trust. Later runs update each stack once.
 */
export async function up(sandbox: Sandbox, report: Report): Promise<void> {
  await report.step("sandbox", (progress) => startWorld(sandbox.layout, { progress }));
  await bundleProviders(sandbox.layout.plugins);
  /** Each account's people, with their own identity. */
  const as = { sender: pulumiOf(sandbox, "sender"), receiver: pulumiOf(sandbox, "receiver") };
  const { secretsProviders: keys } = readSettings(sandbox.layout) ?? {};
  if (keys === undefined) throw new LinkError("INTERNAL", { what: "the sandbox has no key for its state" });
  for (const role of roles) sandbox.files.write(role);
  for (const role of roles) sandbox.files.requireKey(role, keys[role]);
  // A stack with a key cannot be read without the key, so an exchange has none.
  await Promise.all(
    roles.flatMap((role) => [as[role].init(exchangeOf(role), "passphrase"), as[role].init(role, keys[role])]),
  );
  const { password } = accessIn(sandbox.layout.alertmanager);
  const closed = roles.filter((role) => sandbox.files.lacksPassword(role));
  await Promise.all(closed.map((role) => as[role].setSecret(role, passwordKey, password)));

  const unsigned = roles.filter((role) => !isSigned(sandbox, role));
  if (unsigned.length > 0) {
    await report.step(`the request and the ceremony of ${unsigned.join(" and ")}`, async (progress) => {
      makeMedium(sandbox);
      await Promise.all(unsigned.map((role) => as[role].up(role)));
      await Promise.all(unsigned.map((role) => hold(sandbox, role)));
      progress("root and intermediate G1");
    });
  }
  const exchanges = (purpose: string) =>
    report.step(`pulumi up of both exchange stacks: ${purpose}`, () =>
      Promise.all(roles.map((role) => as[role].up(exchangeOf(role)))),
    );
  const lacksPins = (role: Role) =>
    [sandbox.files.pins(role), sandbox.files.pins(role, "addresses")].some((pins) => pins.length === 0);
  const untrusted = roles.filter(lacksPins);
  if (untrusted.length > 0) await exchanges("roots and addresses");
  for (const role of untrusted) await pin(sandbox, as[role], role, report);
  for (const role of ["receiver", "sender"] as const) {
    await report.step(`pulumi up -s ${role}`, async (progress) => progress(await as[role].up(role)));
  }
  await exchanges("whom each host trusts");
}

/** Writes the peer's root and addresses into a stack's configuration, as a person does after a call. */
async function pin({ files }: Sandbox, pulumi: Pulumi, role: Role, report: Report): Promise<void> {
  const peer = peerOf[role];
  const shown = exchangeOf(peer);
  const contract = readContract(shown, await pulumi.output(shown, contractOutput, z.unknown()));
  if (contract === undefined) {
    throw new LinkError("PEER_NOT_DEPLOYED", {
      what: `the stack ${shown} has no output ${contractOutput}`,
      next: `run \`pulumi up -s ${shown}\` first`,
    });
  }
  const rootFingerprints = fingerprintsOf(contract.rootBundle);
  const addresses = addressesIn(contract);
  files.pin(role, { rootFingerprints, addresses });
  report.say(`${role} pins the root of ${peer}: ${rootFingerprints.join(", ")}`);
  report.say(`${role} pins the addresses of ${peer}: ${addresses.join(", ")}`);
}
