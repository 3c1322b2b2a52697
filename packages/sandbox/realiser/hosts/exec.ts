/** Commands inside a host: as a transient unit, so that they get its environment, limits and control groups. */

import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommandResult, execute, inNamespace } from "../command.ts";
import { serviceAddresses } from "../names.ts";
import { until } from "../until.ts";

export interface ExecOptions {
  readonly stdin?: string | Buffer;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** From the first process until systemd answers; cloud-init, which waits for metadata, runs in between. */
const systemdDeadlineMs = 60_000;

/** Waits until systemd in the host answers on its message bus, which systemd-run needs. */
export async function systemdReady(leader: number): Promise<void> {
  await until("systemd in the host to answer", systemdDeadlineMs, () =>
    access(`/proc/${leader}/root/run/dbus/system_bus_socket`).then(
      () => true,
      () => false,
    ),
  );
}

/** Runs a command in a host to its end. */
export async function execInHost(
  leader: number,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<CommandResult> {
  await systemdReady(leader);
  const { stdin, timeoutMs } = options;
  // The unit is ended inside as well; killing this end alone would leave it running.
  const limit = timeoutMs === undefined ? [] : [`--property=RuntimeMaxSec=${timeoutMs + 1000}ms`];
  return execute(transientUnit(leader, ["--pipe", ...limit], argv, options.environment), {
    ...(stdin === undefined ? {} : { stdin }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** The command line of an interactive shell in a host; spawn it with the terminal inherited. */
export function shellCommand(leader: number, argv: readonly string[] = ["/bin/bash", "--login"]): string[] {
  return transientUnit(leader, ["--pty"], argv, { TERM: process.env.TERM ?? "xterm" });
}

/** Runs a command of this machine with the network, and the resolver, of an internet host. */
export function internetHostCommand(namespace: string, resolvConf: string, argv: readonly string[]): string[] {
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  return inNamespace(namespace, ["unshare", "--mount", "--propagation=slave", "sh", "-c", script, resolvConf, ...argv]);
}

/** The resolver of internet hosts: the sandbox's, on the internet. Gives the file's path. */
export async function writeInternetResolver(directory: string): Promise<string> {
  const path = join(directory, "internet-resolv.conf");
  await writeFile(path, `nameserver ${serviceAddresses.front}\noptions timeout:1 attempts:1\n`);
  return path;
}

function transientUnit(
  leader: number,
  options: readonly string[],
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): string[] {
  const variables = Object.entries({ HOME: "/root", ...environment });
  return [
    ...["nsenter", "--target", String(leader), "--all"],
    // Without the last option systemd would replace every "$" in the arguments, such as those of a shell's script.
    ...["systemd-run", "--quiet", "--wait", "--collect", "--expand-environment=no", ...options],
    ...variables.map(([name, value]) => `--setenv=${name}=${value}`),
    "--",
    ...argv,
  ];
}
