import { inChain, routesOf } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

const gate = "gate/gate.json";

specifyRelease("writes-are-verified", "receiver", {
  "a chain that leads past the gate": [
    inChain((chain) => {
      const [route] = routesOf(chain);
      route.route.cluster = "prometheus";
      delete route.request_headers_to_add;
    }),
    /chain account-a leads to prometheus instead of gate/,
  ],
  "a chain in another sender's name": [
    inChain((chain) => {
      routesOf(chain)[0].request_headers_to_add[0].header.value = "account-b";
    }),
    /leads to gate in the name of account-b instead/,
  ],
  "a release without the gate's service": [
    (it) =>
      it.release((release) => {
        release.services = release.services.filter(({ unit }) => unit !== "metrics-link-gate.service");
      }),
    /the release has no service metrics-link-gate.service/,
  ],
  "a configuration that is no JSON": [(it) => it.file(gate, () => "{"), /no gate\/gate.json that can be read/],
  "a gate that only observes": [
    (it) => it.document(gate, (document) => (document.mode = "observe")),
    /mode is observe instead of enforce/,
  ],
  "a gate that lets senders speak for this side": [
    (it) => it.document(gate, (document) => document.reserved.link_side.push("receives")),
    /reserved is .*receives.* instead of/,
  ],
  "a gate that does not know the sender": [
    (it) => it.document(gate, (document) => (document.senders = {})),
    /does not know the sender account-a/,
  ],
  "a gate that lets somebody write who has no chain": [
    (it) => it.document(gate, (document) => (document.senders.more = { labels: {} })),
    /lets more write, which has no filter chain/,
  ],
});
