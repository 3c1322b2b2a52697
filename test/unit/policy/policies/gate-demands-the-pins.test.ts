import type { Seen } from "@metrics-link/policy";
import { Mutant } from "../../../program/policy/support/mutate.ts";
import { configurationOf, releaseObject } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const configuration = configurationOf("receiver");
if (configuration.role !== "receiver") throw new Error("not a receiver");
const [sender] = configuration.senders;
const senders = (more: object) => ({ senders: [{ ...sender, ...more }] });

const object = releaseObject("receiver");
/** The release with this in the gate's file, and the stack with what it sets aside. */
function resources(gate: object, aside: readonly object[] = []): readonly Seen[] {
  const mutant = new Mutant({ configuration, inputs: [object], outputs: [], asked: [] });
  mutant.document("gate/gate.json", (document) => Object.assign(document, gate));
  const stack = { ...object, type: "pulumi:pulumi:Stack", name: "receiver", props: { setAside: aside } };
  return [...mutant.deployed.inputs, stack];
}
const account = (value: string) => ({ senders: { "account-a": { labels: { account: value } } } });
const held = [{ name: "account-a", state: "held" }];

specify("gate-demands-the-pins", {
  role: "receiver",
  configuration: senders({ labels: { account: "1" } }),
  passes: {
    "a gate that demands them": resources(account("1")),
    "a held sender with the labels that it was accepted with": resources(account("0"), held),
    "a sender that is not let in, whose labels stay its own": resources({
      senders: {},
      absent: { "account-a": { account: "1" } },
    }),
  },
  fails: {
    "a gate that demands others": [resources(account("2")), /account-a has .*"2".* instead of the pinned .*"1"/],
    "a gate that demands none": [
      resources({ senders: { "account-a": { labels: {} } } }),
      /account-a has {} instead of the pinned/,
    ],
    "a gate that demands more": [
      resources({ senders: { "account-a": { labels: { account: "1", env: "x" } } } }),
      /account-a has .*env/,
    ],
    "a suspended sender whose labels anybody may write": [
      resources({ senders: {} }, [{ ...held[0], state: "suspended" }]),
      /account-a has {}/,
    ],
    "a held sender that is not let in, whose labels anybody may write": [
      resources({ senders: {} }, held),
      /account-a has {}/,
    ],
  },
  undecidable: {
    "a release whose text is not known yet": { ...object, props: { ...object.props, content: unknown } },
  },
});
