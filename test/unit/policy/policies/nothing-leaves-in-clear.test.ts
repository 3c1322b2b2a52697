import { specifyRelease } from "../support/specification.ts";

specifyRelease("nothing-leaves-in-clear", "sender", {
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
  "a host by its name": [
    (it) =>
      it.cluster((cluster) => {
        cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address = "example.org";
      }),
    /example\.org is not an IPv4 address/,
  ],
});
