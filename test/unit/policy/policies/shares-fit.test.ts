import type { Mutant } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

const connections = (it: Mutant, most: number) =>
  it.envoy(({ overload_manager: { resource_monitors } }) => {
    resource_monitors[1].typed_config.max_active_downstream_connections = most;
  });

specifyRelease("shares-fit", "receiver", {
  "one connection for everybody": [
    (it) => connections(it, 1),
    /max_active_downstream_connections: 1 connections at once instead of 128$/,
  ],
  "one connection fewer than the shares need": [
    (it) => connections(it, 127),
    /127 connections at once instead of 128$/,
  ],
  "more than all shares": [(it) => connections(it, 129), /129 connections at once instead of 128$/],
  "room for more senders, without the requests of as many": [
    (it) => connections(it, (16 + 1) * 16 + 32 + 16),
    /max_connections: 2560 instead of 8704$/,
  ],
  "a Prometheus that takes fewer requests than senders may make": [
    (it) =>
      it.envoy(({ static_resources: { clusters } }) => {
        clusters[0].circuit_breakers.thresholds[0].max_requests = 2559;
      }),
    /max_requests: 2559 instead of 2560$/,
  ],
});

specifyRelease("shares-fit", "sender", {
  "one connection for everybody": [(it) => connections(it, 1), /1 connections at once instead of 1024$/],
});
