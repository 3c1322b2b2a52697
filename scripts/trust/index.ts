import { isIPv4 } from "node:net";
import { LinkError, normaliseFingerprint, type Pins } from "@metrics-link/contract";
import { type Command, oneOf, optionsOf, required, say, typed, wrongValue } from "../stack/command-line.ts";
import { contextOf, type StackContext } from "../stack/context.ts";
import { peersOf } from "../stack/stack-file.ts";
import { agreementOn, describeOffer, offerOf, requireHeard } from "./offer.ts";

const usage = `Usage: npm run -s trust -- COMMAND --stack STACK [...]
  show      roots and addresses of this side and its peers, to read out on the telephone
  accept    pins what a peer offers, after showing it [--peer STACK] [--yes]
            [--fingerprint SHA-256 ...] [--address A ...]
--fingerprint and --address are what the peer's people read out: if the peer offers anything else, nothing is pinned.
Unpins addresses that the peer no longer offers.`;

const text = { type: "string" } as const;
const options = {
  stack: text,
  sandbox: text,
  peer: text,
  fingerprint: { type: "string", multiple: true },
  address: { type: "string", multiple: true },
  yes: { type: "boolean", default: false },
} as const;

async function main([word, ...words]: readonly string[]): Promise<number> {
  const command = oneOf("COMMAND", word, ["show", "accept"]);
  const given = optionsOf(words, options);
  const heard = heardIn(given);
  const context = contextOf(required(given.stack, "--stack"), given.sandbox);
  if (command === "show") await show(context);
  else await accept(context, given.peer, heard, given.yes === true);
  return 0;
}

/** What was heard, judged by its form before anything is read. @throws UsageError */
function heardIn({ fingerprint = [], address = [] }: { fingerprint?: string[]; address?: string[] }): Pins {
  const rootFingerprints = fingerprint.map((text) => {
    // Spoken in groups, or with colons.
    if (/^([0-9a-f][:\s]*){64}$/i.test(text)) return normaliseFingerprint(text);
    throw wrongValue("--fingerprint", text, "a SHA-256 of 32 bytes in hexadecimal");
  });
  const notAnAddress = address.find((text) => !isIPv4(text));
  if (notAnAddress !== undefined) throw wrongValue("--address", notAnAddress, "an IPv4 address");
  return { rootFingerprints, addresses: address };
}

async function show(context: StackContext): Promise<void> {
  const { stack: own } = context;
  say(`${own}, read out to the peer's people:\n${describeOffer(await offered(context, own))}`);
  for (const { stack, pins } of peersOf(context.file.read())) {
    // One peer's malformed contract must not hide the others.
    const described = await offered(context, stack).then(
      (offer) => describeOffer(offer, pins),
      (error: Error) => `  cannot be read: ${error.message}`,
    );
    say(`\n${stack}, heard from its people:\n${described}`);
  }
}

/** @throws LinkError when the peer offers something that was not heard; nothing is written then */
async function accept(context: StackContext, peer: string | undefined, heard: Pins, yes: boolean): Promise<void> {
  const peers = peersOf(context.file.read());
  const names = peers.map(({ stack }) => stack);
  const name = names.length === 1 && peer === undefined ? names[0] : oneOf("--peer", peer, names);
  const found = peers.find(({ stack }) => stack === name);
  if (found === undefined) throw new LinkError("STACK_FILE_INVALID", { what: `${context.file.path} has no peer` });
  const offer = await offered(context, found.stack);
  if (offer === undefined) {
    throw new LinkError("PEER_NOT_DEPLOYED", {
      what: `${found.stack} has no \`contract\` output yet`,
      next: "run `pulumi up` there first",
    });
  }
  const agreement = agreementOn(offer, found.pins);
  const { wanted, gone, pins } = agreement;
  const anyHeard = heard.rootFingerprints.length + heard.addresses.length > 0;
  say(`${found.stack} offers:\n${describeOffer(offer, found.pins)}`);
  if (anyHeard) requireHeard(offer, agreement, heard);
  if (wanted.rootFingerprints.length + wanted.addresses.length + gone.length === 0) {
    say("nothing to do: all of it is pinned");
    return;
  }
  if (!anyHeard && !yes) {
    const confirmed = await typed("Did its people read exactly these to you, by another way than the state?", "heard");
    if (!confirmed) throw new LinkError("PIN_NOT_CONFIRMED", { what: "not confirmed; nothing was pinned" });
  }
  context.file.setPins(found.stack, pins);
  say(`pinned in ${context.file.path}; commit it, then \`pulumi up -s ${context.stack}\``);
}

async function offered({ pulumi }: StackContext, stack: string) {
  return offerOf(stack, await pulumi.outputs(stack));
}

export const command: Command = { usage, run: main };
