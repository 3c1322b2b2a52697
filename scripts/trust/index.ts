import { writeFileSync } from "node:fs";
import { contractFileText, LinkError } from "@metrics-link/contract";
import { type Command, oneOf, optionsOf, required, say, toWrite } from "../stack/command-line.ts";
import { type PeerSource, peersOf } from "../stack/configured-peers.ts";
import { contextOf, type StackContext } from "../stack/context.ts";
import { peerOutputs } from "../stack/peers.ts";
import { agreedTo, isSettled } from "./agree.ts";
import { type Heard, heardIn, heardOptions } from "./heard.ts";
import { describeOffer, offerOf } from "./offer.ts";

const usage = `Usage: npm run -s trust -- COMMAND --stack STACK [...]
  show      roots, addresses and labels of this side and its peers, to read out on the telephone
  accept    pins what a peer offers, after showing it [--peer STACK] [--yes]
            [--fingerprint SHA-256 ...] [--address A ...] [--label NAME=VALUE ...]
  write     writes this side's contract to --out FILE, for a peer that cannot read this stack
--fingerprint, --address and --label are what the peer's people read out: if the peer offers anything else, nothing is
pinned. Labels that were not read out stay as they are.
Unpins addresses that the peer no longer offers.`;

const text = { type: "string" } as const;
const options = {
  stack: text,
  sandbox: text,
  peer: text,
  ...heardOptions,
  yes: { type: "boolean", default: false },
  out: text,
} as const;

async function main([word, ...words]: readonly string[]): Promise<number> {
  const command = oneOf("COMMAND", word, ["show", "accept", "write"]);
  const given = optionsOf(words, options);
  const heard = heardIn(given);
  const out = command === "write" ? toWrite("--out", required(given.out, "--out")) : "";
  const context = contextOf(required(given.stack, "--stack"), given.sandbox);
  if (command === "show") await show(context);
  else if (command === "accept") await accept(context, given.peer, heard, given.yes === true);
  else await write(context, out);
  return 0;
}

async function show(context: StackContext): Promise<void> {
  const own = shownBy(context);
  say(`${own}, read out to the peer's people:\n${describeOffer(await offered(context, { stack: own }))}`);
  for (const { pins, ...peer } of peersOf(context.file.read())) {
    // One peer's malformed contract must not hide the others.
    const described = await offered(context, peer).then(
      (offer) => describeOffer(offer, pins),
      (error: Error) => `  cannot be read: ${error.message}`,
    );
    say(`\n${peer.contract ?? peer.stack}, heard from its people:\n${described}`);
  }
}

/** @throws LinkError when the peer offers something that was not heard; nothing is written then */
async function accept(context: StackContext, peer: string | undefined, heard: Heard, yes: boolean): Promise<void> {
  const peers = peersOf(context.file.read());
  const named = (one: PeerSource) => one.contract ?? one.stack;
  const names = peers.map(named).filter((name) => name !== undefined);
  const name = names.length === 1 && peer === undefined ? names[0] : oneOf("--peer", peer, names);
  const found = peers.find((one) => named(one) === name);
  if (found === undefined) throw new LinkError("STACK_FILE_INVALID", { what: `${context.file.path} has no peer` });
  const offer = await offered(context, found);
  if (offer === undefined) throw notDeployed(found);
  const agreement = await agreedTo(named(found) ?? "", offer, found.pins, heard, yes);
  if (isSettled(agreement)) {
    say("nothing to do: all of it is pinned");
    return;
  }
  const path = context.file.setPins(found.stack, agreement.pins);
  say(`pinned in ${path}; commit it, then \`pulumi up -s ${context.stack}\``);
}

/** @throws LinkError PEER_NOT_DEPLOYED while this stack has no contract */
async function write(context: StackContext, path: string): Promise<void> {
  const own = shownBy(context);
  const outputs = await context.pulumi.outputs(own);
  const offer = offerOf(own, outputs);
  if (offer === undefined) throw notDeployed({ stack: own });
  writeFileSync(path, contractFileText(outputs));
  say(
    `wrote ${path}, which holds nothing secret:\n${describeOffer(offer)}\n` +
      "Its people commit it and name it as peer.contract or senders[].contract. Read roots, addresses and labels to them by another way.",
  );
}

const notDeployed = ({ stack, contract }: PeerSource) =>
  contract === undefined
    ? new LinkError("PEER_NOT_DEPLOYED", {
        what: `${stack} has no \`contract\` output yet`,
        next: "run `pulumi up` there first",
      })
    : new LinkError("PEER_NOT_DEPLOYED", {
        what: `${contract} is missing, or has no contract`,
        next: "ask the peer's people for the file that `npm run trust -- write` makes of their stack",
      });

/** The stack that shows this side's contract: its exchange, if it has one. */
const shownBy = ({ stack, file }: StackContext): string => file.read().exchange ?? stack;

async function offered(context: StackContext, peer: PeerSource) {
  return offerOf(peer.stack, await peerOutputs(context, peer));
}

export const command: Command = { usage, run: main };
