/** What Run Command needs of the hosts behind the instances. */
import type { Instance } from "../../model/topology.ts";

export interface ExecResult {
  /** Null when a signal or the time limit ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut?: boolean;
}

export interface ManagedHosts {
  /** The instances of an account and region. */
  instances(account: string, region: string): readonly Instance[];
  /** Whether the host has finished its boot and runs. */
  booted(instance: Instance): boolean;
  /** Runs as root on the host; `cancel` ends it. */
  exec(
    instance: Instance,
    argv: readonly string[],
    options: { stdin: string; timeoutMs: number; cancel: AbortSignal },
  ): Promise<ExecResult>;
}
