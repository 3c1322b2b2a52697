import { contractOutput, fingerprintsOf, normaliseFingerprint, readContract } from "@metrics-link/contract";
import { optionsOf, required, settle, typed, UsageError } from "./stack/command-line.ts";
import { contextOf, type StackContext } from "./stack/context.ts";
import { peersOf } from "./stack/stack-file.ts";

const usage = `Usage: npm run -s trust -- COMMAND --stack STACK [...]
  show      the fingerprints of this side's roots and of its peers', to be read to each other on the telephone
  accept    pins what a peer offers, after showing it [--peer STACK] [--fingerprint SHA-256 ...] [--yes]
--fingerprint is what was heard: anything else that the peer offers is refused.`;

const text = { type: "string" } as const;
const options = {
  stack: text,
  sandbox: text,
  peer: text,
  fingerprint: { type: "string", multiple: true },
  yes: { type: "boolean", default: false },
} as const;

async function main([command = "", ...words]: readonly string[]): Promise<number> {
  const given = optionsOf(words, options);
  const context = contextOf(required(given.stack, "--stack"), given.sandbox);
  if (command === "show") await show(context);
  else if (command === "accept") await accept(context, given.peer, given.fingerprint ?? [], given.yes === true);
  else throw new UsageError(`no command ${command}`);
  return 0;
}

async function show(context: StackContext): Promise<void> {
  console.log(`${context.stack}, read out to the peer's people:\n${spoken(await offered(context, context.stack))}`);
  for (const { stack, pins } of peersOf(context.file.read())) {
    console.log(`${stack}, heard from its people:\n${spoken(await offered(context, stack), pins)}`);
  }
}

/** @throws Error when the peer offers something that was not heard; nothing is written then */
async function accept(context: StackContext, peer: string | undefined, heard: readonly string[], yes: boolean) {
  const peers = peersOf(context.file.read());
  const found = peer === undefined && peers.length === 1 ? peers[0] : peers.find(({ stack }) => stack === peer);
  if (found === undefined) throw new UsageError(`--peer is one of ${peers.map(({ stack }) => stack).join(", ")}`);
  const offers = await offered(context, found.stack);
  if (offers.length === 0) throw new Error(`${found.stack} has not spoken yet: its people run \`pulumi up\` first`);
  const wanted = offers.filter((one) => !found.pins.includes(one));
  if (wanted.length === 0) {
    console.log(`${found.stack} offers nothing that is not pinned already`);
    return;
  }
  console.log(`${found.stack} offers:\n${spoken(offers, found.pins)}`);
  const spelt = heard.map(normaliseFingerprint);
  const unheard = wanted.filter((one) => !spelt.includes(one));
  if (heard.length > 0 && unheard.length > 0) {
    throw new Error(`heard was ${spelt.join(", ")}, but offered is ${unheard.join(", ")}; nothing was pinned`);
  }
  if (heard.length === 0 && !yes) {
    const agreed = await typed("Did its people read exactly these to you, by another way than the state?", "heard");
    if (!agreed) throw new Error("not agreed; nothing was pinned");
  }
  context.file.setPins(found.stack, [...found.pins, ...wanted]);
  console.log(`pinned in ${context.file.path}; commit it, then \`pulumi up -s ${context.stack}\``);
}

async function offered({ pulumi }: StackContext, stack: string): Promise<string[]> {
  const contract = readContract(stack, (await pulumi.outputs(stack))[contractOutput]);
  return contract === undefined ? [] : fingerprintsOf(contract.rootBundle);
}

/** Eight groups of four bytes, on two lines: short enough to be said and repeated. */
function spoken(fingerprints: readonly string[], pins?: readonly string[]): string {
  if (fingerprints.length === 0) return "  has not spoken yet";
  return fingerprints
    .map((one) => {
      const groups = one.replaceAll(":", "").match(/.{8}/g) ?? [];
      const mark = pins === undefined ? "" : pins.includes(one) ? "   (pinned)" : "   (NOT pinned)";
      return `  ${groups.slice(0, 4).join("  ")}\n  ${groups.slice(4).join("  ")}${mark}`;
    })
    .join("\n\n");
}

process.exitCode = await settle(usage, () => main(process.argv.slice(2)));
