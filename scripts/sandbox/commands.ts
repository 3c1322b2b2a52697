import { isUtf8 } from "node:buffer";
import { spawn } from "node:child_process";
import { fstatSync, readFileSync } from "node:fs";
import { LinkError, printableJson, UsageError } from "@metrics-link/contract";
import { down } from "@metrics-link/sandbox/cli/down.ts";
import { join, leave } from "@metrics-link/sandbox/cli/guests.ts";
import { streamReport } from "@metrics-link/sandbox/cli/report.ts";
import { runOnHost, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { senders } from "@metrics-link/sandbox/cli/stack-files.ts";
import { describeStatus, statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { up } from "@metrics-link/sandbox/cli/up.ts";
import {
  accounts,
  deployerArn,
  deployRoleArn,
  guests,
  type Side,
  sides,
} from "@metrics-link/sandbox/world/accounts.ts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { oneOf, optionsOf, required, say, takesOnly, wholeNumber } from "../stack/command-line.ts";

/** A command of `npm run -s sandbox`. @returns the exit code @throws UsageError for a wrong call */
export type SandboxCommand = (sandbox: Sandbox, words: readonly string[]) => Promise<number>;

export const usage = `Usage: npm run -s sandbox -- COMMAND
  up [--senders N]       starts the sandbox and its stacks, as far as they are not up yet: 1 to 3 senders, each in an
                         account of its own
  join SENDER            another sender joins: sender-c or sender-d
  leave SENDER           the receiver lets go of it; what it has in its own account stays
  down                   removes everything, also after a crash
  status [--json]        hosts, link, firing and delivered alerts, raw samples compared on both sides
  env SIDE               exports by which plain pulumi and AWS tools act as the deployer of one account: SIDE is sender,
                         receiver, sender-c or sender-d
  exec HOST -- CMD ...   runs a command on a host (sender, receiver, outsider), with the text that a pipe or a file
                         gives on stdin; neighbour leaves by the first sender's address, where there are several
  shell HOST             opens a shell on a host, at a terminal
  logs HOST [UNIT]       the journal of a sender or of receiver, or of one of its units`;

/** How many senders a call asks for. @throws UsageError */
export const sendersIn = (text: string): number => wholeNumber("--senders", text, 1, senders.length);

export const commands: Readonly<Record<string, SandboxCommand>> = {
  async up(sandbox, words) {
    const { senders: count } = optionsOf(words, { senders: { type: "string", default: "1" } });
    await up(sandbox, streamReport(process.stderr), sendersIn(count));
    return 0;
  },
  async join(sandbox, words) {
    takesOnly(words, 1);
    await join(sandbox, [oneOf("SENDER", words[0], guests)], streamReport(process.stderr));
    return 0;
  },
  async leave(sandbox, words) {
    takesOnly(words, 1);
    const guest = oneOf("SENDER", words[0], guests);
    await leave(sandbox, guest, streamReport(process.stderr));
    return 0;
  },
  async down(sandbox, words) {
    takesOnly(words, 0);
    await down(sandbox, streamReport(process.stderr));
    return 0;
  },
  async status(sandbox, words) {
    const { json } = optionsOf(words, { json: { type: "boolean", default: false } });
    const status = await statusOf(sandbox);
    say(json ? printableJson(status, 2) : describeStatus(status));
    return 0;
  },
  async env({ layout }, words) {
    takesOnly(words, 1);
    const side = oneOf("SIDE", words[0], sides);
    for (const [name, value] of Object.entries(deployerEnvironment(layout, side))) {
      say(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
    }
    say(aboutTheRole(side));
    return 0;
  },
  async exec({ world }, [host, ...rest]) {
    const argv = rest[0] === "--" ? rest.slice(1) : rest;
    required(argv[0], host === undefined ? "HOST" : "CMD");
    const stdin = givenOnStdin();
    const { code, stdout, stderr } = await world.exec(
      required(host, "HOST"),
      argv,
      stdin === undefined ? {} : { stdin },
    );
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    return code;
  },
  async shell({ world }, words) {
    takesOnly(words, 1);
    const host = required(words[0], "HOST");
    // Without one, the shell would wait for input that never comes, and no signal would end it.
    if (!process.stdin.isTTY) throw new UsageError("shell needs a terminal on stdin: `exec HOST -- CMD` needs none");
    return await interactive(await world.shell(host));
  },
  async logs(sandbox, words) {
    takesOnly(words, 2);
    const [host, unit] = words;
    say(await journalOf(sandbox, required(host, "HOST"), unit));
    return 0;
  },
};

/** @throws LinkError SANDBOX_REFUSED for a host without a journal, or a unit that the host does not have */
async function journalOf(sandbox: Sandbox, host: string, unit: string | undefined): Promise<string> {
  const { hosts } = await sandbox.world.status();
  const instances = hosts.filter(({ kind }) => kind === "instance").map(({ name }) => name);
  if (hosts.some(({ name }) => name === host) && !instances.includes(host)) {
    throw new LinkError("SANDBOX_REFUSED", {
      what: `${host} has no journal: its commands run in a network of this machine, without a systemd of their own`,
      next: `use one of: ${instances.join(", ")}`,
    });
  }
  const read = (...words: readonly string[]) => runOnHost(sandbox, host, words);
  const journal = await read("journalctl", "--no-pager", ...(unit === undefined ? [] : [`--unit=${unit}`]));
  if (unit === undefined || !journal.startsWith("-- No entries --")) return journal.trimEnd();
  const state = await read("systemctl", "show", "--property=LoadState", "--value", "--", unit);
  if (state.trim() !== "not-found") return journal.trimEnd();
  const listed = await read("systemctl", "list-units", "--all", "--plain", "--no-legend", "metrics-link-*");
  const units = listed.split("\n").flatMap((line) => line.split(" ")[0] || []);
  throw new LinkError("SANDBOX_REFUSED", {
    what: `${host} has no unit ${unit}`,
    next: `use one of: ${units.join(", ")}, or another that \`systemctl list-units\` has there`,
  });
}

/** After the exports, so that `eval` ends with it. */
const aboutTheRole = (
  side: Side,
) => `# These are the keys of ${deployerArn(side)}. Other calls than Pulumi's need its role:
#   aws sts assume-role --role-session-name me --role-arn ${deployRoleArn(accounts[side])}`;

/** By its number: `process.stdin` would make a pipe non-blocking, and reading it at once would fail. */
const stdinFile = 0;

/**
 * The text on stdin if it is a file or a pipe. Nothing from a terminal, /dev/null or a socket, which may never end.
 * @throws UsageError for bytes that are not UTF-8: the sandbox passes text on
 */
function givenOnStdin(): string | undefined {
  const kind = fstatSync(stdinFile);
  if (!kind.isFile() && !kind.isFIFO()) return undefined;
  const bytes = readFileSync(stdinFile);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new UsageError("exec passes text on, and stdin is not UTF-8: encode it, for example by base64");
}

function interactive([program = "", ...words]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
