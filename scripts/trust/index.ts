import { writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { contractFileText, LinkError, normaliseFingerprint } from "@metrics-link/contract";
import { type Command, oneOf, optionsOf, required, say, toWrite, typed, wrongValue } from "../stack/command-line.ts";
import { contextOf, type StackContext } from "../stack/context.ts";
import { peerOutputs } from "../stack/peers.ts";
import { type ConfiguredPeer, type PeerSource, peersOf } from "../stack/stack-file.ts";
import { agreementOn, describeOffer, offerOf, requireHeard } from "./offer.ts";

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
  fingerprint: { type: "string", multiple: true },
  address: { type: "string", multiple: true },
  label: { type: "string", multiple: true },
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

type ConfiguredPins = ConfiguredPeer["pins"];

/** What was heard, judged by its form before anything is read. @throws UsageError */
function heardIn(given: { fingerprint?: string[]; address?: string[]; label?: string[] }): ConfiguredPins {
  const { fingerprint = [], address = [], label = [] } = given;
  const rootFingerprints = fingerprint.map((text) => {
    // Spoken in groups, or with colons.
    if (/^([0-9a-f][:\s]*){64}$/i.test(text)) return normaliseFingerprint(text);
    throw wrongValue("--fingerprint", text, "a SHA-256 of 32 bytes in hexadecimal");
  });
  const notAnAddress = address.find((text) => !isIPv4(text));
  if (notAnAddress !== undefined) throw wrongValue("--address", notAnAddress, "an IPv4 address");
  const pairs = label.map((text) => {
    const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) throw wrongValue("--label", text, "NAME=VALUE");
    return [name, value] as const;
  });
  const labels = pairs.length === 0 ? {} : { labels: Object.fromEntries(pairs) };
  return { rootFingerprints, addresses: address, ...labels };
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
async function accept(
  context: StackContext,
  peer: string | undefined,
  heard: ConfiguredPins,
  yes: boolean,
): Promise<void> {
  const peers = peersOf(context.file.read());
  const named = (one: PeerSource) => one.contract ?? one.stack;
  const names = peers.map(named).filter((name) => name !== undefined);
  const name = names.length === 1 && peer === undefined ? names[0] : oneOf("--peer", peer, names);
  const found = peers.find((one) => named(one) === name);
  if (found === undefined) throw new LinkError("STACK_FILE_INVALID", { what: `${context.file.path} has no peer` });
  const offer = await offered(context, found);
  if (offer === undefined) throw notDeployed(found);
  const anyHeard = heard.rootFingerprints.length + heard.addresses.length > 0 || heard.labels !== undefined;
  const agreement = agreementOn(offer, found.pins, anyHeard ? (heard.labels ?? "as they are") : "as offered");
  const { wanted, gone, pins } = agreement;
  say(`${named(found)} offers:\n${describeOffer(offer, found.pins)}`);
  if (anyHeard) requireHeard(offer, agreement, heard);
  if (wanted.rootFingerprints.length + wanted.addresses.length + gone.length === 0 && wanted.labels === undefined) {
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
