import { authority } from "../../../unit/pki/support.ts";
import { build } from "../../stacks/stacks.ts";

/** What the program registers for a sender with its root in the state and its data from a snapshot, without a peer. */
export async function trialSender() {
  const { pem } = authority({ commonName: "Trial Root CA G1", organization: "Trial" });
  const registrations = await build("sender", {
    root: pem,
    change: {
      "metrics-link:host": {
        imageId: "ami-0deb1a13000000001",
        instanceType: "t3.small",
        dataVolumeSnapshotId: "snap-0123456789abcdef0",
      },
    },
  });
  return registrations
    .filter(({ type }) => type !== "pulumi:pulumi:StackReference")
    .map(({ type, inputs }) => ({ type, props: JSON.parse(JSON.stringify(inputs)) as unknown }));
}
