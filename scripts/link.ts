import { type Command, oneOf, say, settle } from "./stack/command-line.ts";

interface Entry {
  readonly summary: string;
  /** Loaded only when it is called: a command starts no slower because there are others. */
  readonly load: () => Promise<Loaded>;
}

interface Loaded {
  readonly command: Command;
}

/** Every command, in the order in which a person meets them. */
export const commands: Readonly<Record<string, Entry>> = {
  start: { summary: "start the sandbox and prove that the link works", load: () => import("./start/index.ts") },
  sandbox: {
    summary: "work with the sandbox: up, down, status, shell, logs",
    load: () => import("./sandbox/index.ts"),
  },
  console: { summary: "write one page with the state of the link", load: () => import("./console/index.ts") },
  capacity: { summary: "compute how long an outage a sender survives", load: () => import("./capacity/index.ts") },
  ceremony: { summary: "make a root and sign intermediates offline", load: () => import("./ceremony/index.ts") },
  trust: { summary: "show this side's roots, pin those of a peer", load: () => import("./trust/index.ts") },
  fleet: {
    summary: "list, add, suspend, remove and verify the senders of a receiver",
    load: () => import("./fleet/index.ts"),
  },
  exporter: {
    summary: "write an exporter for named clients, for a machine that is not a host of a stack",
    load: () => import("./exporter/index.ts"),
  },
  grafana: {
    summary: "write a data source for Grafana, which queries with a certificate",
    load: () => import("./grafana/index.ts"),
  },
  "metrics-service": {
    summary: "write metrics services for a machine that is not a host of a stack",
    load: () => import("./metrics-service/index.ts"),
  },
  preflight: {
    summary: "say what would stop an update, and what a stack costs",
    load: () => import("./preflight/index.ts"),
  },
  rotate: { summary: "rotate a leaf, an intermediate or a root", load: () => import("./rotate/index.ts") },
  review: { summary: "judge what an update of a stack would change", load: () => import("./review/index.ts") },
  audit: { summary: "answer who can write to this Prometheus", load: () => import("./audit/index.ts") },
  drill: { summary: "break the sandbox and wait for the alert", load: () => import("./drill/index.ts") },
  bench: { summary: "measure the running sandbox", load: () => import("./bench/index.ts") },
  test: { summary: "run every test, or those at a path", load: () => import("./test/index.ts") },
  lint: { summary: "check types, style, imports and words of the source", load: () => import("./lint/index.ts") },
  generate: {
    summary: "generate indexes and tables from the source",
    load: () => import("./generate/index.ts"),
  },
  release: {
    summary: "raise the version, move the changelog, commit and tag",
    load: () => import("./release/index.ts"),
  },
};

const width = Math.max(...Object.keys(commands).map((name) => name.length));
const usage = `Usage: npm run -s link -- COMMAND [ARGUMENT ...]
${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  .join("\n")}
\`npm run -s link -- COMMAND --help\` explains a command. \`npm run -s COMMAND -- ARGUMENT ...\` is the same, shorter.`;

const isHelp = (word: string | undefined) => word === "--help" || word === "-h";

/** Runs the command that the words name. @returns the exit code: 2 for a wrong call */
export async function link([name, ...words]: readonly string[]): Promise<number> {
  if (name === undefined || isHelp(name)) {
    say(usage);
    return 0;
  }
  return await settle(usage, async () => {
    const entry = commands[oneOf("COMMAND", name, Object.keys(commands))];
    return entry === undefined ? 2 : await runCommand(await entry.load(), words);
  });
}

async function runCommand({ command }: Loaded, words: readonly string[]): Promise<number> {
  // After that, it may be a word for a program that the command runs on a host.
  if (!words.slice(0, 2).some(isHelp)) return await settle(command.usage, () => command.run(words));
  say(command.usage);
  return 0;
}

if (import.meta.main) process.exitCode = await link(process.argv.slice(2));
