import { writeFileSync } from "node:fs";
import { contractFileText, LinkError, type Pins, UsageError } from "@metrics-link/contract";
import { type Command, optionsOf, required, say, typed } from "../stack/command-line.ts";
import { contextOf, type StackContext } from "../stack/context.ts";
import { peerOutputs } from "../stack/peers.ts";
import { type PeerSource, peersOf } from "../stack/stack-file.ts";
import { agreementOn, describeOffer, offerOf, requireHeard } from "./offer.ts";

const usage = `Usage: npm run -s trust -- COMMAND --stack STACK [...]
  show      roots and addresses of this side and its peers, to read out on the telephone
  accept    pins what a peer offers, after showing it [--peer STACK] [--yes]
            [--fingerprint SHA-256 ...] [--address A ...]
  write     writes this side's contract to --out FILE, for a peer that cannot read this stack
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
  out: text,
} as const;

async function main([command = "", ...words]: readonly string[]): Promise<number> {
  const given = optionsOf(words, options);
  const context = contextOf(required(given.stack, "--stack"), given.sandbox);
  const heard = { rootFingerprints: given.fingerprint ?? [], addresses: given.address ?? [] };
  if (command === "show") await show(context);
  else if (command === "accept") await accept(context, given.peer, heard, given.yes === true);
  else if (command === "write") await write(context, required(given.out, "--out"));
  else throw new UsageError(`no command ${command}`);
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
async function accept(context: StackContext, peer: string | undefined, heard: Pins, yes: boolean): Promise<void> {
  const peers = peersOf(context.file.read());
  const named = (one: PeerSource) => one.contract ?? one.stack;
  const found =
    peer === undefined && peers.length === 1
      ? peers[0]
      : peers.find(({ stack, contract }) => peer !== undefined && [stack, contract].includes(peer));
  if (found === undefined) throw new UsageError(`--peer is one of ${peers.map(named).join(", ")}`);
  const offer = await offered(context, found);
  if (offer === undefined) throw notDeployed(found);
  const agreement = agreementOn(offer, found.pins);
  const { wanted, gone, pins } = agreement;
  const anyHeard = heard.rootFingerprints.length + heard.addresses.length > 0;
  say(`${named(found)} offers:\n${describeOffer(offer, found.pins)}`);
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

/** @throws LinkError PEER_NOT_DEPLOYED while this stack has no contract */
async function write(context: StackContext, path: string): Promise<void> {
  const own = shownBy(context);
  const outputs = await context.pulumi.outputs(own);
  const offer = offerOf(own, outputs);
  if (offer === undefined) throw notDeployed({ stack: own });
  writeFileSync(path, contractFileText(outputs));
  say(
    `wrote ${path}, which holds nothing secret:\n${describeOffer(offer)}\n` +
      "Its people commit it and name it as peer.contract or senders[].contract. Read roots and addresses to them by another way.",
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
