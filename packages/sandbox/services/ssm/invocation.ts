/** One command on one instance, from its sending to its end. */
import type { Instance } from "../../model/topology.ts";

/** What Run Command needs of the hosts behind the instances. */
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

export type Status = "Pending" | "InProgress" | "Success" | "Failed" | "TimedOut" | "Cancelled";

/** Systems Manager quotas: what GetCommandInvocation keeps of a plugin's output. */
const outputLimits = { stdout: 24_000, stderr: 8_000 } as const;

export interface CommandRequest {
  readonly commandId: string;
  readonly documentName: string;
  readonly comment: string;
  readonly script: string;
  readonly workingDirectory?: string;
  readonly executionTimeoutSeconds: number;
}

/**
 * The agent writes the commands into a file and runs that, so that a `#!` line of theirs is obeyed. $1 is the working
 * directory, $2 the command's own folder. The shell is the main process of its unit: its end ends them all.
 */
const runner = `set -eu
cd "$1"
mkdir -p -m 700 "$2"
trap 'rm -rf "$2"' EXIT
echo $$ > "$2/pid"
[ ! -e "$2.cancelled" ]
cat > "$2/_script.sh"
chmod 700 "$2/_script.sh"
"$2/_script.sh"`;
/** Marks first and looks then, as the runner notes itself first and looks then: one of them sees the other. */
const canceller = 'touch "$1.cancelled"; [ ! -e "$1/pid" ] || kill -KILL "$(cat "$1/pid")"; rm -rf "$1"';

export class Invocation {
  readonly request: CommandRequest;
  readonly instance: Instance;
  readonly requestedAt = new Date();
  status: Status = "Pending";
  responseCode = -1;
  stdout = "";
  stderr = "";
  startedAt: Date | undefined;
  endedAt: Date | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: CommandRequest, instance: Instance) {
    this.request = request;
    this.instance = instance;
  }

  /** Runs the command to its end; never rejects, as a failure to run is a result too. */
  async run(hosts: ManagedHosts): Promise<void> {
    const { script, workingDirectory = "/", executionTimeoutSeconds } = this.request;
    this.status = "InProgress";
    this.startedAt = new Date();
    this.#timer = setTimeout(() => this.#stop(hosts, "TimedOut"), executionTimeoutSeconds * 1000);
    try {
      const argv = ["/bin/sh", "-c", runner, "run-command", workingDirectory, this.#folder];
      const result = await hosts.exec(this.instance, argv, { stdin: script });
      this.#end(result.code === 0 ? "Success" : "Failed", result);
    } catch (error) {
      this.#end("Failed", { code: -1, stdout: "", stderr: (error as Error).message });
    }
  }

  cancel(hosts: ManagedHosts): void {
    this.#stop(hosts, "Cancelled");
  }

  get #folder(): string {
    return `/run/run-command/${this.request.commandId}`;
  }

  #stop(hosts: ManagedHosts, status: "TimedOut" | "Cancelled"): void {
    if (this.endedAt !== undefined) return;
    this.#end(status);
    // A host that is off by now has ended it already.
    hosts.exec(this.instance, ["/bin/sh", "-c", canceller, "run-command", this.#folder], {}).catch(() => {});
  }

  /** The first end counts. */
  #end(status: Status, result = { code: -1, stdout: "", stderr: "" }): void {
    if (this.endedAt !== undefined) return;
    this.status = status;
    this.responseCode = result.code;
    this.stdout = capped(result.stdout, outputLimits.stdout);
    this.stderr = capped(result.stderr, outputLimits.stderr);
    this.endedAt = new Date();
    clearTimeout(this.#timer);
  }
}

/** AWS cuts long output and says so. */
export function capped(text: string, limit: number): string {
  const mark = "\n---Output truncated---";
  return text.length <= limit ? text : text.slice(0, limit - mark.length) + mark;
}
