/** One command on one instance, from its sending to its end. */
import type { Instance } from "../../model/topology.ts";
import type { ManagedHosts } from "./hosts.ts";

export type Status = "Pending" | "InProgress" | "Success" | "Failed" | "TimedOut" | "Cancelled";

/** Systems Manager quotas: what GetCommandInvocation keeps of a plugin's output. */
export const outputLimits = { stdout: 24_000, stderr: 8_000 } as const;

export interface CommandRequest {
  readonly commandId: string;
  readonly documentName: string;
  readonly comment: string;
  readonly script: string;
  readonly workingDirectory?: string;
  readonly executionTimeoutSeconds: number;
}

/** The agent writes the commands into a file and runs that, so that a `#!` line of theirs is obeyed. */
const runner = `set -eu
cd "$1"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/_script.sh"
chmod 700 "$folder/_script.sh"
set +e
"$folder/_script.sh"
exit $?`;

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
  readonly #cancel = new AbortController();

  constructor(request: CommandRequest, instance: Instance) {
    this.request = request;
    this.instance = instance;
  }

  /** Runs the command to its end; never rejects, as a failure to run is a result too. */
  async run(hosts: ManagedHosts): Promise<void> {
    if (this.#cancel.signal.aborted) return;
    this.status = "InProgress";
    this.startedAt = new Date();
    try {
      const argv = ["/bin/sh", "-c", runner, "run-command", this.request.workingDirectory ?? "/"];
      const result = await hosts.exec(this.instance, argv, {
        stdin: this.request.script,
        timeoutMs: this.request.executionTimeoutSeconds * 1000,
        cancel: this.#cancel.signal,
      });
      this.stdout = capped(result.stdout, outputLimits.stdout);
      this.stderr = capped(result.stderr, outputLimits.stderr);
      this.responseCode = result.code ?? (result.timedOut ? 137 : -1);
      this.#end(result.timedOut ? "TimedOut" : result.code === 0 ? "Success" : "Failed");
    } catch (error) {
      this.stderr = capped((error as Error).message, outputLimits.stderr);
      this.#end("Failed");
    }
  }

  cancel(): void {
    if (this.endedAt !== undefined) return;
    this.#cancel.abort();
    this.#end("Cancelled");
  }

  #end(status: Status): void {
    if (this.endedAt !== undefined) return;
    this.status = status;
    this.endedAt = new Date();
  }
}

/** AWS cuts long output and says so. */
export function capped(text: string, limit: number): string {
  const mark = "\n---Output truncated---";
  return text.length <= limit ? text : text.slice(0, limit - mark.length) + mark;
}
