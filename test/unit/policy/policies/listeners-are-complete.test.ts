import { type Part, without } from "../../envoy/read/attacks/attack.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("listeners-are-complete", "receiver", {
  "an Envoy without the ready listener": [
    (it) => without(it, "listeners", "ready"),
    /^static_resources\.listeners: there is no ready$/,
  ],
  "an Envoy without the metrics listener": [
    (it) => without(it, "listeners", "metrics"),
    /^static_resources\.listeners: there is no metrics$/,
  ],
  "a metrics listener without its cluster": [
    (it) => without(it, "clusters", "admin"),
    /^static_resources\.clusters: there is no admin$/,
  ],
  "one listener twice": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }: Part) => {
        listeners.push(listeners[0]);
      }),
    /^static_resources\.listeners: ingest appears 2 times$/,
  ],
});

specifyRelease("listeners-are-complete", "sender", {
  "a sender whose Prometheus has nobody to write to": [
    (it) => without(it, "listeners", "egress"),
    /^static_resources\.listeners: there is no egress$/,
  ],
  "a sender without the receiver": [
    (it) => without(it, "clusters", "receiver"),
    /^static_resources\.clusters: there is no receiver$/,
  ],
});
