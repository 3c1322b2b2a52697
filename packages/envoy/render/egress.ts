import { egressRequestLog } from "./access-log.ts";
import { httpConnectionManager } from "./http-connection-manager.ts";
import { type Limits, loopbackIdleSeconds } from "./limits.ts";
import { type Listener, loopbackListener } from "./listener.ts";
import { onlyRemoteWrite, routeConfiguration } from "./route.ts";

export interface EgressInput {
  readonly port: number;
  readonly cluster: string;
  readonly routeTimeoutSeconds: number;
  /** The Host that the receiver sees, instead of a loopback address. */
  readonly authority: string;
  readonly limits: Limits;
}

/** Where the sender's Prometheus writes to: loopback, in clear, one path, and from there to the receiver alone. */
export function egressListener(input: EgressInput): Listener {
  const routes = onlyRemoteWrite(input.cluster, input.routeTimeoutSeconds, input.authority);
  return loopbackListener("egress", input.port, [
    httpConnectionManager({
      statPrefix: "egress",
      codec: "HTTP1",
      routes: routeConfiguration("egress", routes),
      accessLog: egressRequestLog(),
      limits: input.limits,
      idleSeconds: loopbackIdleSeconds,
    }),
  ]);
}
