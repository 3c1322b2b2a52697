import type { Mutant } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

const connections = (it: Mutant, most: number) =>
  it.envoy(({ overload_manager: { resource_monitors } }) => {
    resource_monitors[1].typed_config.max_active_downstream_connections = most;
  });

specifyRelease("shares-fit", "receiver", {
  "one connection for everybody": [
    (it) => connections(it, 1),
    /max_active_downstream_connections: 1 connections at once instead of 80$/,
  ],
  "one connection fewer than the shares need": [(it) => connections(it, 79), /79 connections at once instead of 80$/],
  "more than all shares": [(it) => connections(it, 81), /81 connections at once instead of 80$/],
  "a Prometheus that takes fewer requests than senders may make": [
    (it) =>
      it.envoy(({ static_resources: { clusters } }) => {
        clusters[0].circuit_breakers.thresholds[0].max_requests = 1023;
      }),
    /max_requests: 1023 instead of 1024$/,
  ],
});

specifyRelease("shares-fit", "sender", {
  "one connection for everybody": [(it) => connections(it, 1), /1 connections at once instead of 1024$/],
});
