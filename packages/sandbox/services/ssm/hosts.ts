/** What Run Command needs of the hosts behind the instances. */
import type { Instance } from "../../model/topology.ts";

export interface ManagedHosts {
  /** The instances of an account and region. */
  instances(account: string, region: string): readonly Instance[];
  /** Whether the host has finished its boot and runs. */
  booted(instance: Instance): boolean;
  /** Runs a command as root on the host to its end. */
  exec(
    instance: Instance,
    argv: readonly string[],
    options: { stdin?: string },
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}
