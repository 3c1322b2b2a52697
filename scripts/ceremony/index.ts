import { type Command, counted, oneOf, optionsOf, required, toRead } from "../stack/command-line.ts";
import { contextOf, type StackContext } from "../stack/context.ts";
import { init, request, show, sign } from "./commands.ts";
import { Medium } from "./medium.ts";
import { withPassphrase } from "./passphrase.ts";

const usage = `Usage: npm run -s ceremony -- COMMAND --stack STACK [...]
  request                     on the everyday machine: writes the certificate requests to carry
  init   --medium DIR         where the root is kept: creates a root on the medium [--generation N] [--years N]
  sign   --medium DIR         where the root is kept: signs a request [--generation N] [--root N] [--years N]
  show   [--medium DIR]       lists the folder of artifacts and the medium
With --medium: --passphrase-file FILE (default: a prompt); --yes skips the confirmations.`;

const text = { type: "string" } as const;
const options = {
  stack: text,
  sandbox: text,
  medium: text,
  "passphrase-file": text,
  generation: text,
  root: text,
  years: text,
  yes: { type: "boolean", default: false },
} as const;

const commands = ["request", "init", "sign", "show"] as const;

async function main([word, ...words]: readonly string[]): Promise<number> {
  const command = oneOf("COMMAND", word, commands);
  const given = optionsOf(words, options);
  const context = contextOf(required(given.stack, "--stack"), given.sandbox);
  if (command === "request") await request(context);
  else if (command === "show" && given.medium === undefined) await show(context, undefined);
  else await withMedium(context, given, (medium) => onMedium(command, context, medium, given));
  return 0;
}

type Given = ReturnType<typeof optionsOf<typeof options>>;

function withMedium(context: StackContext, given: Given, work: (medium: Medium) => Promise<void>): Promise<void> {
  const folder = toRead("--medium", required(given.medium, "--medium"), "folder");
  return withPassphrase(given["passphrase-file"], (file) =>
    work(new Medium(folder, context.stack, file, context.environment)),
  );
}

async function onMedium(
  command: (typeof commands)[number],
  context: StackContext,
  medium: Medium,
  given: Given,
): Promise<void> {
  const generation = counted(given.generation, "--generation");
  const years = counted(given.years, "--years");
  const yes = given.yes === true;
  if (command === "init") await init(context, medium, { generation: generation ?? 1, years, yes });
  else if (command === "sign") {
    await sign(context, medium, { generation, root: counted(given.root, "--root"), years, yes });
  } else await show(context, medium);
}

export const command: Command = { usage, run: main };
