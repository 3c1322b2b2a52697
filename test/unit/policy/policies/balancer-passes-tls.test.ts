import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const listener = (change: object) =>
  resource(types.listener, { port: 443, protocol: "TCP", defaultActions: [{ type: "forward" }], ...change });
const targets = (change: object) =>
  resource(types.targetGroup, { port: 8443, protocol: "TCP", preserveClientIp: "true", ...change });

specify("balancer-passes-tls", {
  passes: {
    "TCP to Envoy": listener({}),
    "the client's address": targets({}),
  },
  fails: {
    "TLS that ends": [listener({ protocol: "TLS" }), /protocol is TLS/],
    "a certificate": [listener({ certificateArn: "arn" }), /has a certificate/],
    "another action": [listener({ defaultActions: [{ type: "redirect" }] }), /does redirect/],
    "another port": [targets({ port: 9090 }), /leads to port 9090/],
    "no client address": [targets({ preserveClientIp: "false" }), /preserveClientIp/],
    "the proxy protocol": [targets({ proxyProtocolV2: true }), /proxyProtocolV2/],
  },
  undecidable: {
    "a protocol that is not known": listener({ protocol: unknown }),
  },
});
