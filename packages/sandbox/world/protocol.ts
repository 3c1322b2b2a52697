/** What the command line and the world say to each other over the world's socket. */

export interface HostStatus {
  /** The instance; absent for a host that is in no account. */
  readonly instanceId?: string;
  readonly account?: string;
  readonly address: string;
  readonly publicAddress?: string;
  /** As the realiser sees it: "booting", "running", "off", ... */
  readonly state: string;
  /** Whether Systems Manager can send it commands. */
  readonly managed?: boolean;
  /** The process id of the host's init on this machine, to enter it; absent while it is off. */
  readonly leader?: number;
}

export interface WorldStatus {
  readonly pid: number;
  readonly startedAt: string;
  /** Where the deployer's tools find AWS. */
  readonly front: string;
  readonly moto: { readonly endpoint: string; readonly pid: number };
  readonly accounts: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, HostStatus>>;
  /** Sockets that the services hold inside the sandbox's networks. */
  readonly listeners: number;
}

export interface ExecRequest {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface ExecAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Power = "off" | "kill" | "reboot" | "on";
export const powers: readonly Power[] = ["off", "kill", "reboot", "on"];
