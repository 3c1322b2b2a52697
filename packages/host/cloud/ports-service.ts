import { defaultFirstUnprivilegedPort, firstUnprivilegedPort, hostPaths } from "@metrics-link/release";
import { hardening } from "./hardening.ts";
import { neverGivesUp, type ServiceSet, scriptFile, unitFile } from "./service-set.ts";
import { unitNames } from "./unit-names.ts";
import { heldTo } from "./unit-network.ts";
import { commandLine } from "./unit-text.ts";

const keepPortsScript = scriptFile("ports/keep-ports.mjs", "keep-ports.mjs");

/**
 * Keeps the ports of the link for who may bind them: another user could take one while its service restarts, and be sent
 * samples or asked for them. Nothing runs afterwards; the setting is the kernel's, and gone with the next boot.
 */
export const portsService: ServiceSet = {
  files: [
    unitFile(unitNames.ports, {
      Unit: { Description: "Ports of the link: for its own services alone", ...neverGivesUp },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        ExecStart: commandLine([
          `${hostPaths.current}/bin/node`,
          // Without a compiler no memory that can be written is ever run.
          "--jitless",
          `${hostPaths.current}/${keepPortsScript.path}`,
          `${firstUnprivilegedPort}`,
        ]),
        // A release before this unit, to which a host may have to go back, has units that may not bind such ports; and it
        // has no script of ours, so this is Debian's own.
        ExecStop: commandLine([
          "/usr/sbin/sysctl",
          "--write",
          `net.ipv4.ip_unprivileged_port_start=${defaultFirstUnprivilegedPort}`,
        ]),
        ...hardening,
        // It writes below /proc/sys/net, which belongs to the host's root.
        PrivateUsers: false,
        ProtectKernelTunables: false,
        ProcSubset: "all",
        RestrictAddressFamilies: "none",
        ...heldTo({ listens: [] }),
      },
      Install: { WantedBy: "multi-user.target" },
    }),
    keepPortsScript,
  ],
  services: [{ unit: unitNames.ports, onChange: [{ paths: [keepPortsScript.path], action: "restart" }] }],
  checks: [],
  probes: [{ kind: "active", unit: unitNames.ports }],
  tools: [],
};
