import { hostPaths, hostUsers } from "@metrics-link/release";
import { commandLine, hardening, neverGivesUp, restrictedTo, running, unitText } from "./units.ts";

/** Private IPv4 ranges (RFC 1918). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

export interface ServicesUnitArgs {
  /** Where Envoy lies on that machine. */
  readonly program: string;
  readonly flags: readonly string[];
  readonly listens: readonly number[];
  /** Where clients come from; none: from any private address. */
  readonly addresses: readonly string[];
}

/** The unit of an Envoy with metrics services on a machine that is not a host of a stack, with the restrictions of a host's units. */
export function servicesUnit({ program, flags, listens, addresses }: ServicesUnitArgs): string {
  return unitText({
    Unit: {
      Description: "Envoy: metrics services",
      After: "network-online.target",
      Wants: "network-online.target",
      ...neverGivesUp,
    },
    Service: {
      ExecStart: commandLine([program, ...flags]),
      TimeoutStopSec: 20,
      ...running(hostUsers.envoy),
      RuntimeDirectory: "metrics-link-envoy",
      RuntimeDirectoryMode: "0750",
      LimitNOFILE: 65_536,
      ...hardening,
      ...restrictedTo({ listens, addresses: addresses.length === 0 ? privateRanges : addresses }),
      ReadOnlyPaths: hostPaths.base,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
