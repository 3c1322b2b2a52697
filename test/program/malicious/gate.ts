import { inDocument } from "../policy/support/mutate.ts";
import type { Malicious } from "./table.ts";

const file = "gate/gate.json";

/** Changes of what the gate demands of senders, and of the gate itself. */
export const gate: readonly Malicious[] = [
  [
    "receiver",
    "the gate only counts lies",
    "receiver-release",
    /gate\.json.*observe/s,
    inDocument(file, (document) => {
      document.mode = "observe";
    }),
  ],
  [
    "receiver",
    "the gate demands no labels of a sender",
    "receiver-release",
    /gate\.json.*labels/s,
    inDocument(file, (document) => {
      document.senders["account-a"].labels = {};
    }),
  ],
  [
    "receiver",
    "senders may write series of the receiver",
    "receiver-release",
    /gate\.json.*receives/s,
    inDocument(file, (document) => {
      document.reserved.link_side.push("receives");
    }),
  ],
  [
    "receiver",
    "a sender's limits are lifted",
    "receiver-release",
    /gate\.json.*9000000/s,
    inDocument(file, (document) => {
      document.senders["account-a"].rates.activeSeries = 9_000_000;
    }),
  ],
  [
    "receiver",
    "the gate's program lets everything through",
    "receiver-release",
    /gate\.mjs/,
    (it) => it.file("gate/gate.mjs", (text) => `${text}\n/* open */`),
  ],
];
