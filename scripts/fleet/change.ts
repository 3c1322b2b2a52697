import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isFleetFile, senderFileText } from "@metrics-link/config";
import {
  contractFileObject,
  contractIn,
  LinkError,
  labelText,
  mostContractBytes,
  type Pins,
  readContract,
  stackName,
  standingOf,
  UsageError,
} from "@metrics-link/contract";
import { foreignLabels, standingsOf, takenFromOthers } from "@metrics-link/fleet";
import { required, say, toRead, wrongValue } from "../stack/command-line.ts";
import { pinsOf } from "../stack/configured-peers.ts";
import type { StackContext } from "../stack/context.ts";
import { peerOutputs } from "../stack/peers.ts";
import { agreedTo } from "../trust/agree.ts";
import type { Heard } from "../trust/heard.ts";
import { offerOf } from "../trust/offer.ts";
import { overviewOf } from "./collect.ts";

/** Whom to ask besides the files. */
const nobody = { outputs: false, url: undefined, host: false };

export interface Words {
  readonly from?: string | undefined;
  readonly owner?: string | undefined;
  readonly since?: string | undefined;
  readonly why?: string | undefined;
  readonly yes: boolean;
  readonly heard: Heard;
}

/** What to do with the file: the exchange stack tells the senders that this side knows them. */
function next({ stack, file }: StackContext, path: string): string {
  const { exchange } = file.read();
  const also = exchange === undefined ? "" : ` and \`pulumi up -s ${exchange}\``;
  return `Next: commit ${path} alone and have it reviewed (\`npm run -s review -- ${stack}\`), then \`pulumi up -s ${stack}\`${also}.`;
}

/** A review takes each file of the checkout that no key names for the program. */
function sourceLeft({ file }: StackContext, source: string): string {
  const path = resolve(source);
  const isInCheckout = source.endsWith(".json") && path.startsWith(`${file.root}/`);
  return isInCheckout
    ? `\nBefore the review, move ${source} out of the checkout: all that it said is in the sender's file now.`
    : "";
}

/** Writes the file of a new sender. @throws LinkError when there is one, or what it offers was not heard */
export async function add(context: StackContext, name: string, words: Words): Promise<void> {
  const path = newPath(context, name);
  const source = required(words.from, "--from");
  const owner = required(words.owner, "--owner");
  const since = words.since ?? new Date().toISOString().slice(0, 10);
  const outputs = await outputsOf(context, source);
  const pins = await agreedPins(source, outputs, pinsOf({}), words);
  context.file.putSender(path, senderFileText({ owner, since, ...pins }, outputs));
  await warnOf(context, name, outputs);
  say(
    `wrote ${path}. ${next(context, path)}${sourceLeft(context, source)}\nThe sender can write once it has pinned this side as well (docs/fleet.md).`,
  );
}

/** Puts a sender's new contract into its file, and pins what a person has agreed to of it. */
export async function update(context: StackContext, name: string, words: Words): Promise<void> {
  const { path, pins: pinned } = fileOf(context, name);
  const source = required(words.from, "--from");
  const outputs = await outputsOf(context, source);
  const pins = await agreedPins(source, outputs, pinned, words);
  const given = { owner: words.owner, since: words.since };
  const changed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const isChanged = context.file.changeSender(path, (found) => ({ ...found, ...changed, ...pins }), outputs);
  const gone = noLongerPinned(pinned, pins);
  if (gone.length > 0) say(`No longer pinned: ${gone.join(", ")}.`);
  await warnOf(context, name, outputs);
  say(
    isChanged
      ? `wrote ${path}. ${next(context, path)}${sourceLeft(context, source)}`
      : `${path} stays as it is: the contract and the pins are the same.`,
  );
}

/** What the file pinned and pins no more: labels that are read out take the place of all that were pinned. */
function noLongerPinned(before: Heard, now: Heard): string[] {
  const left = (one: readonly string[] = [], other: readonly string[] = []) => one.filter((it) => !other.includes(it));
  const labels = (pins: Heard) => Object.entries(pins.labels ?? {}).map(([label, value]) => labelText(label, value));
  return [
    ...left(before.rootFingerprints, now.rootFingerprints),
    ...left(before.addresses, now.addresses),
    ...left(labels(before), labels({ ...before, ...now })),
  ];
}

/** What was heard may be less than what is offered, and labels may stay that its series no longer carry. */
async function warnOf(context: StackContext, name: string, outputs: Readonly<Record<string, unknown>>): Promise<void> {
  const { file, stack } = context;
  const configuration = file.read();
  const senders = configuration.role === "receiver" ? configuration.senders : [];
  const peer = senders.find((one) => one.name === name);
  if (peer === undefined) return;
  const { network } = configuration;
  const standing = standingOf("sender", { peer, reading: { contract: contractIn(outputs) }, before: [], network });
  if (standing.state === "held")
    say(`Not as it stands: an update holds ${name}, and what was accepted before stays in force. ${standing.words}`);
  for (const { subject, what, remedy } of foreignLabels(standingsOf(await overviewOf(context, nobody))))
    say(`Not as it stands: ${subject}: ${what}. Next: ${remedy}.`);
  const taken = takenFromOthers(senders, name);
  if (taken.length > 0)
    say(
      `From the next update on the gate takes no batch in which a series of another sender has ${taken.join(" or ")}, and others are not known ` +
        `by ${taken.length === 1 ? "this label" : "these labels"}: their targets may have it, which no file tells. Ask this side's Prometheus first ` +
        `which series have it: ${taken.map((one) => `topk(20, count by (__name__, job, instance) ({${one}}))`).join("; ")}. Those that are not ` +
        "of this sender would be refused. Pin only what tells a sender from all others.",
    );
  if (peer.labels === undefined)
    say(
      `No labels of ${name} are pinned: its series may carry any but those of other senders. Once its people tell them: ` +
        `\`npm run -s fleet -- update ${name} --stack ${stack} --from FILE --label NAME=VALUE\`.`,
    );
}

const stillTries =
  "It goes on trying until its own people stop it: for some minutes CertificateFromWrongAddress or ClientNotTrusted may fire, with its address.";

export function suspend(context: StackContext, name: string, { why }: Words): void {
  const { path, suspended: before } = fileOf(context, name);
  const suspended = required(why, "--why");
  context.file.changeSender(path, (found) => ({ ...found, suspended }));
  const already = before === undefined ? "" : `It was suspended already: ${JSON.stringify(before)}. `;
  say(
    `wrote ${path}: ${name} is suspended. ${already}${next(context, path)}\n` +
      "From then on it is not let in, and its open connections end within about a second. Its samples wait at its side for as long as its WAL reaches. " +
      stillTries,
  );
}

export function resume(context: StackContext, name: string): void {
  const { path, suspended } = fileOf(context, name);
  if (suspended === undefined) throw new UsageError(`${name} is not suspended`);
  context.file.changeSender(path, (found) => ({ ...found, suspended: undefined }));
  say(`wrote ${path}: ${name} is no longer suspended. ${next(context, path)}`);
}

export function remove(context: StackContext, name: string): void {
  const { path } = fileOf(context, name);
  const changed = context.file.removeSender(path);
  say(
    `removed ${path}. ${next(context, changed.join(" and "))}\n` +
      `From then on it is not let in. What it has written stays stored; its address, roots and labels are free for others. ${stillTries}`,
  );
}

/** The pins of what is offered, which a person has heard. */
async function agreedPins(
  source: string,
  outputs: Readonly<Record<string, unknown>>,
  pinned: Heard,
  { heard, yes }: Words,
): Promise<Pins> {
  const contract = readContract(source, contractIn(outputs));
  if (contract !== undefined && contract.role !== "sender")
    throw new LinkError("PEER_CONTRACT_MALFORMED", {
      what: `${source} has the contract of a ${contract.role}: a sender's is expected`,
    });
  const offer = offerOf(source, outputs);
  if (offer === undefined)
    throw new LinkError("PEER_NOT_DEPLOYED", {
      what: `${source} has no \`contract\` yet`,
      next: "its people run `pulumi up` first",
    });
  return (await agreedTo(source, offer, pinned, heard, yes)).pins;
}

/** A contract file, or the outputs of a stack. @throws UsageError, LinkError */
async function outputsOf(context: StackContext, source: string): Promise<Readonly<Record<string, unknown>>> {
  if (!source.endsWith(".json") && stackName.safeParse(source).success)
    return await peerOutputs(context, { stack: source, contract: undefined });
  const path = toRead("--from", source);
  const { size } = statSync(path);
  if (size > mostContractBytes)
    throw wrongValue("--from", source, `a contract file of at most ${mostContractBytes} bytes, not ${size},`);
  const found = contractFileObject(readFileSync(path, "utf8"));
  if ("keys" in found) return found.keys;
  throw new LinkError("PEER_CONTRACT_MALFORMED", {
    what: `${source} is not a contract file: ${found.fault}`,
    next: "ask the sender's people for the file that `npm run trust -- write` makes of their stack",
  });
}

/** Where a new sender's file belongs. @throws UsageError when there is a sender of that name */
function newPath(context: StackContext, name: string): string {
  const { folder, files } = context.file.fleet();
  if (folder === undefined)
    throw new LinkError("STACK_FILE_INVALID", {
      what: `${context.file.path} names no folder for the files of senders`,
      next: "write `metrics-link:fleet: fleet/senders` into it",
    });
  const path = `${folder}/${name}.json`;
  if (files.some((one) => one.path === path))
    throw new UsageError(`${path} is there already: \`update ${name}\` takes a new contract into it`);
  return path;
}

/** The file of a sender that has one. @throws UsageError */
function fileOf({ file, stack }: StackContext, name: string) {
  const configuration = file.read();
  const senders = configuration.role === "receiver" ? configuration.senders : [];
  const { folder } = file.fleet();
  const index = senders.findIndex((one) => one.name === name);
  const found = senders[index];
  if (found === undefined) {
    const names = senders.map((one) => one.name).join(", ");
    throw new LinkError("SENDER_UNKNOWN", {
      what: `${stack} has no sender called ${name}`,
      next: `take one of ${names}`,
    });
  }
  const { contract, suspended, ...pins } = found;
  if (contract === undefined || !isFleetFile(folder, contract))
    throw new LinkError("SENDER_UNKNOWN", {
      what: `${name} has no file of its own: it is metrics-link:senders[${index}] in ${file.path}`,
      next: "change it there, such as by `suspended: WHY`, or move it into a file (docs/fleet.md)",
    });
  return { path: contract, pins: pinsOf(pins), suspended };
}
