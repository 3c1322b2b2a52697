import { isUtf8 } from "node:buffer";
import { spawn } from "node:child_process";
import { fstatSync, readFileSync } from "node:fs";
import { hasCode, LinkError, messageOf, printableJson, printableLines, UsageError } from "@metrics-link/contract";
import { accounts, deployRoleArn } from "../world/accounts.ts";
import { deployerEnvironment } from "../world/environment.ts";
import { down } from "./down.ts";
import { prove } from "./prove.ts";
import { streamReport } from "./report.ts";
import { runOnHost, type Sandbox, sandboxOf } from "./sandbox.ts";
import { describeStatus, statusOf } from "./status.ts";
import { up } from "./up.ts";

export const usage = `Usage: npm run -s sandbox -- COMMAND
  up                     starts the sandbox and both stacks, as far as they are not up yet
  down                   removes everything, also after a crash
  status [--json]        hosts, link, firing and delivered alerts, raw samples compared on both sides
  env                    exports that point plain pulumi and AWS tools at the sandbox
  exec HOST -- CMD ...   runs a command on a host (sender, receiver, outsider), with the text that a pipe or a file
                         gives on stdin
  shell HOST             opens a shell on a host
  logs HOST [UNIT]       the journal of a host or of one of its units`;

type Command = (sandbox: Sandbox, words: readonly string[]) => Promise<number>;

/** A command that needs more than the sandbox, with its lines of the usage. */
export interface SandboxCommand {
  readonly usage: string;
  readonly run: Command;
}

const commands: Readonly<Record<string, Command>> = {
  async up(sandbox, words) {
    takesOnly(words, 0);
    await up(sandbox, streamReport(process.stderr));
    return 0;
  },
  async down(sandbox, words) {
    takesOnly(words, 0);
    await down(sandbox, streamReport(process.stderr));
    return 0;
  },
  async status(sandbox, words) {
    takesOnly(words[0] === "--json" ? words.slice(1) : words, 0);
    const status = await statusOf(sandbox);
    console.log(words.includes("--json") ? printableJson(status, 2) : describeStatus(status));
    return 0;
  },
  async env({ layout }, words) {
    takesOnly(words, 0);
    for (const [name, value] of Object.entries(deployerEnvironment(layout))) {
      console.log(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
    }
    console.log(printableLines(aboutRoles));
    return 0;
  },
  async exec({ world }, [host, ...rest]) {
    const argv = rest[0] === "--" ? rest.slice(1) : rest;
    if (host === undefined || argv.length === 0) throw new UsageError("exec needs a host and a command");
    const stdin = givenOnStdin();
    const { code, stdout, stderr } = await world.exec(host, argv, stdin === undefined ? {} : { stdin });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    return code;
  },
  async shell({ world }, words) {
    takesOnly(words, 1);
    const [host] = words;
    if (host === undefined) throw new UsageError("shell needs a host");
    return await interactive(await world.shell(host));
  },
  async logs(sandbox, words) {
    takesOnly(words, 2);
    const [host, unit] = words;
    if (host === undefined) throw new UsageError("logs needs a host");
    const filter = unit === undefined ? [] : ["--unit", unit];
    process.stdout.write(printableLines(await runOnHost(sandbox, host, ["journalctl", "--no-pager", ...filter])));
    return 0;
  },
};

/** @throws UsageError for more words: a misspelt option must not start, or take down, anything */
function takesOnly(words: readonly string[], most: number): void {
  if (words.length > most) throw new UsageError(`${words.slice(most).join(" ")} is not expected`);
}

/** After the exports, so that `eval` ends with it. */
const aboutRoles = `# These are the keys of the user deployer in account ${accounts.tools}. What belongs to an account needs its role:
${[accounts.sender, accounts.receiver].map((account) => `#   aws sts assume-role --role-session-name me --role-arn ${deployRoleArn(account)}`).join("\n")}`;

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

/** The sandbox's command line. Returns the exit code: 2 for a wrong call, 1 for a failure. */
export async function main(
  repository: string,
  words: readonly string[],
  more: Readonly<Record<string, SandboxCommand>> = {},
): Promise<number> {
  const [name = "", ...rest] = words;
  const help = [usage, ...Object.values(more).map((command) => command.usage)].join("\n");
  const own = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const command = own ?? (Object.hasOwn(more, name) ? more[name]?.run : undefined);
  if (command === undefined) {
    console.error(printableLines(name === "" ? help : `unknown command ${name}\n${help}`));
    return 2;
  }
  return await settle(help, () => command(sandboxOf(repository), rest));
}

/** `npm start`: up, then a demonstration that the link works. */
export async function start(repository: string): Promise<number> {
  const sandbox = sandboxOf(repository);
  const report = streamReport(process.stdout);
  return await settle(usage, async () => {
    await up(sandbox, report);
    await prove(sandbox, report);
    report.say(next);
    return 0;
  });
}

const next = `
The link keeps running. Next:
  npm run -s sandbox -- status                  compares again, now
  npm run -s sandbox -- page --serve            text and charts in a browser
  npm run -s sandbox -- shell receiver          look around on a host
  eval "$(npm run -s sandbox -- env)"           then plain pulumi: pulumi preview -s sender
  npm run -s sandbox -- down                    removes everything
README.md says how to deploy the same program to AWS.`;

async function settle(help: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (hasCode(error, "USAGE")) {
      console.error(printableLines(`${messageOf(error)}\n${help}`));
      return 2;
    }
    const code = error instanceof LinkError ? `\ncode: ${error.code} (docs/errors.md)` : "";
    console.error(printableLines(`error: ${messageOf(error)}${code}`));
    return 1;
  }
}
