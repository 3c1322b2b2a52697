import { inChain, inDocument, routesOf } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const file = "gate/gate.json";

/** What lets one sender write another's series. */
export const gate: readonly Mutation[] = [
  [
    "receiver",
    "a chain leads past the gate",
    ["writes-are-verified"],
    inChain((chain) => {
      const [route] = routesOf(chain);
      route.route.cluster = "prometheus";
      delete route.request_headers_to_add;
    }),
  ],
  [
    "receiver",
    "a chain names another sender",
    ["one-route-only", "writes-are-verified"],
    inChain((chain) => {
      routesOf(chain)[0].request_headers_to_add[0].header.value = "account-b";
    }),
  ],
  [
    "receiver",
    "a client may tell its own name",
    ["envoy-is-known"],
    inChain((chain) => {
      routesOf(chain)[0].request_headers_to_add[0].append_action = "ADD_IF_ABSENT";
    }),
  ],
  [
    "receiver",
    "nothing starts the gate",
    ["writes-are-verified"],
    (it) =>
      it.release((release) => {
        release.services = release.services.filter(({ unit }) => unit !== "metrics-link-gate.service");
        release.probes = release.probes.filter(({ unit }) => unit !== "metrics-link-gate.service");
      }),
  ],
  [
    "receiver",
    "the gate refuses nothing",
    ["writes-are-verified"],
    inDocument(file, (document) => {
      document.mode = "observe";
    }),
  ],
  [
    "receiver",
    "senders may speak for the receiver",
    ["writes-are-verified"],
    inDocument(file, (document) => {
      document.reserved = {};
    }),
  ],
  [
    "receiver",
    "a sender may write any labels",
    ["gate-demands-the-pins"],
    inDocument(file, (document) => {
      document.senders["account-a"].labels = {};
    }),
  ],
  [
    "receiver",
    "a sender may write another's labels",
    ["gate-demands-the-pins"],
    inDocument(file, (document) => {
      document.senders["account-a"].labels = { account: "333333333333" };
    }),
  ],
  [
    "receiver",
    "somebody without a filter chain is a sender",
    ["writes-are-verified"],
    inDocument(file, (document) => {
      document.senders.more = { labels: {} };
    }),
  ],
];
