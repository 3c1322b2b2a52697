import { nothingLeavesInClear } from "@metrics-link/policy/policies/nothing-leaves-in-clear.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease(nothingLeavesInClear, "sender", {
  "a cluster without TLS": [
    (it) =>
      it.cluster((cluster) => {
        delete cluster.transport_socket;
      }),
    /no UpstreamTlsContext/,
  ],
  "a name that is looked up": [
    (it) =>
      it.cluster((cluster) => {
        cluster.type = "STRICT_DNS";
      }),
    /type STRICT_DNS instead of STATIC/,
  ],
  "clusters from elsewhere": [
    (it) =>
      it.envoy((envoy) => {
        envoy.dynamic_resources = {};
      }),
    /come from elsewhere/,
  ],
});
