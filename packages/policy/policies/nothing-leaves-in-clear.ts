import { remoteClusters } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";

export const nothingLeavesInClear = releaseRule(
  {
    name: "nothing-leaves-in-clear",
    fence: "server identity",
    rule: "Whatever Envoy sends off the machine goes through TLS to fixed addresses.",
    reason: "Samples in clear can be read and changed on the way; a name that is looked up can be answered by anybody.",
    remedy: "Make the cluster STATIC, with the receiver's addresses and an UpstreamTlsContext.",
    source: "docs/architecture.md, fence 3; docs/decisions/0002",
  },
  function* (release, { configuration }) {
    for (const envoy of release.envoys) {
      if (envoy?.dynamic_resources !== undefined) yield "dynamic_resources: listeners and clusters come from elsewhere";
      for (const { name, type, transport_socket } of remoteClusters(envoy ?? {})) {
        if (configuration.role === "receiver") yield `cluster ${name}: the receiver's Envoy leads off the machine`;
        if (type !== "STATIC") yield `cluster ${name}: type ${type ?? "not set"} instead of STATIC`;
        if (!transport_socket?.typed_config?.["@type"]?.endsWith(".tls.v3.UpstreamTlsContext")) {
          yield `cluster ${name}: no UpstreamTlsContext`;
        }
      }
    }
  },
);
