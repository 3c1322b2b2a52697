import { authority } from "../../../unit/pki/support.ts";
import { build } from "../../stacks/stacks.ts";

/** What the program registers for a sender with its root in the state, without a peer. */
export async function trialSender() {
  const { pem } = authority({ commonName: "Trial Root CA G1", organization: "Trial" });
  const registrations = await build("sender", { root: pem });
  return registrations
    .filter(({ type }) => type !== "pulumi:pulumi:StackReference")
    .map(({ type, inputs }) => ({ type, props: JSON.parse(JSON.stringify(inputs)) as unknown }));
}
