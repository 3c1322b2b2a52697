import { writeFileSync } from "node:fs";
import { InvalidInputError, printableJson, UsageError } from "@metrics-link/contract";
import { fleetSizes } from "@metrics-link/envoy";
import { fleetPage, fleetText, type Overview, recordOf, verified } from "@metrics-link/fleet";
import { addressOf } from "../console/prometheus.ts";
import { type Command, oneOf, parsed, required, say, takesOnly, toWrite } from "../stack/command-line.ts";
import { contextOf, type StackContext } from "../stack/context.ts";
import { heardIn, heardOptions } from "../trust/heard.ts";
import { add, remove, resume, suspend, update } from "./change.ts";
import { overviewOf } from "./collect.ts";

const usage = `Usage: npm run -s fleet -- COMMAND --stack STACK [NAME] [...]
The senders of a receiver. docs/fleet.md leads through joining and leaving.
  list             who may write, since when, and what was seen of them
  verify           whether every file is right, nothing expires, and what is deployed is what the files say
  add NAME         writes the file of a new sender: --from FILE|STACK --owner WHO [--since DAY]
  update NAME      takes a sender's new contract into its file: --from FILE|STACK
  suspend NAME     takes its trust away until \`resume NAME\`: --why TEXT
  remove NAME      removes its file
list and verify: --url URL asks the receiver's Prometheus, --host asks it and Envoy's log on the receiver's host by
Systems Manager, --files-only asks nobody, not even Pulumi for the stack's outputs. What was not asked says so.
--json prints data, --out FILE writes a page.
add and update: --fingerprint SHA-256 ..., --address A ..., --label NAME=VALUE ... are what the sender's people read out;
without them a person confirms at the terminal, or --yes.
The other commands change the file alone, never AWS. Exit codes of verify: 0 right, 1 wrong, 3 something is not known.`;

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
const options = {
  ...{ stack: text, sandbox: text, url: text, out: text, from: text, owner: text, since: text, why: text },
  ...{ host: flag, json: flag, yes: flag, "files-only": flag },
  ...heardOptions,
} as const;

const reading = ["list", "verify"] as const;
const changing = ["add", "update", "suspend", "resume", "remove"] as const;
/** The options that each takes besides --stack and --sandbox: one without effect would be a mistake that nobody notices. */
const ownOptions: Readonly<Record<(typeof reading)[number] | (typeof changing)[number], readonly string[]>> = {
  list: ["url", "host", "files-only", "json", "out"],
  verify: ["url", "host", "files-only", "json", "out"],
  add: ["from", "owner", "since", "yes", ...Object.keys(heardOptions)],
  update: ["from", "owner", "since", "yes", ...Object.keys(heardOptions)],
  suspend: ["why"],
  resume: [],
  remove: [],
};

async function main([word, ...words]: readonly string[], checkout: string | undefined): Promise<number> {
  const command = oneOf("COMMAND", word, [...reading, ...changing]);
  const { values, positionals } = parsed(words, options);
  const strange = Object.entries(values).find(
    ([key, value]) => value !== false && !["stack", "sandbox", ...ownOptions[command]].includes(key),
  );
  if (strange !== undefined) throw new UsageError(`--${strange[0]} is not expected with ${command}`);
  if (values["files-only"] && (values.host || values.url !== undefined))
    throw new UsageError("--host and --url are not expected with --files-only");
  const heard = heardIn(values);
  const isReading = command === "list" || command === "verify";
  takesOnly(positionals, isReading ? 0 : 1);
  const name = isReading ? "" : required(positionals[0], "NAME");
  const url = values.url === undefined ? undefined : addressOf(values.url);
  const out = values.out === undefined ? undefined : toWrite("--out", values.out);
  const context = contextOf(required(values.stack, "--stack"), values.sandbox, checkout);
  if (isReading) {
    const asked = { outputs: !values["files-only"], url, host: values.host === true };
    return await told(command, context, asked, { json: values.json === true, out });
  }
  const given = { ...values, yes: values.yes === true, heard };
  if (command === "add") await add(context, name, given);
  else if (command === "update") await update(context, name, given);
  else if (command === "suspend") suspend(context, name, given);
  else if (command === "resume") resume(context, name);
  else remove(context, name);
  return 0;
}

/** Where a reading goes. */
interface Form {
  readonly json: boolean;
  readonly out: string | undefined;
}

async function told(
  command: "list" | "verify",
  context: StackContext,
  asked: Parameters<typeof overviewOf>[1],
  form: Form,
): Promise<number> {
  const overview = await overviewOf(context, asked);
  const findings = command === "verify" ? verified(overview, fleetSizes) : [];
  if (form.out !== undefined) writeFileSync(form.out, fleetPage(overview, findings));
  if (form.json) say(printableJson(dataOf(overview, command === "verify" ? { findings } : {}), 2));
  else say(`${fleetText(overview, findings)}${form.out === undefined ? "" : `the page is ${form.out}`}`.trimEnd());
  if (findings.some(({ severity }) => severity === "critical")) return 1;
  return findings.some(({ severity }) => severity === "not known") ? 3 : 0;
}

const dataOf = (overview: Overview, rest: object) => ({
  stack: overview.stack,
  at: new Date(overview.now).toISOString(),
  deployed: "none" in overview.deployed ? overview.deployed.none : "read",
  senders: overview.senders.map((sender) => recordOf(overview, sender)),
  ...rest,
});

/** Files that cannot be used are what `verify` is about: a finding, not a failure of the command. */
async function unlessInvalid(words: readonly string[], error: unknown): Promise<number> {
  if (words[0] !== "verify" || !(error instanceof InvalidInputError)) throw error;
  say(`critical: ${error.message}`);
  return 1;
}

/** Runs the command. @param checkout another one than this, with its stack files and folders @throws LinkError */
export const fleet = (words: readonly string[], checkout?: string): Promise<number> =>
  main(words, checkout).catch((error: unknown) => unlessInvalid(words, error));

export const command: Command = { usage, run: (words) => fleet(words) };
