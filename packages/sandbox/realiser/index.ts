export { cleanUp } from "./clean-up.ts";

export type { HostState } from "./hosts/host.ts";
export type { HostSummary, PowerAction } from "./hosts/hosts.ts";
export { namespaces, serviceAddresses } from "./names.ts";
export { bindUdp, listenTcp } from "./namespace-socket.ts";
export { linkLocal, resolverAddress } from "./network/addressing.ts";
export { Realiser } from "./realiser.ts";
