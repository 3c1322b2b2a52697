/** The DNS protocol around the zone: answers a message with a message. */
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from "dns-packet";
import type { Topology, Vpc } from "../../model/topology.ts";
import { verdictOn } from "./firewall.ts";
import { redirection, resolve, reverse } from "./zone.ts";

/** Seconds; as for AWS's endpoints. Short, since addresses change under tests and drills. */
const ttl = 60;
const responseCode = { noError: 0, nonExistent: 3 } as const;

/** The answer to a query's bytes; undefined when they are no DNS query at all. */
export function answerQuery(message: Uint8Array, topology: Topology, vpc: Vpc | undefined): Buffer | undefined {
  let query: Packet;
  try {
    query = decode(Buffer.from(message));
  } catch {
    return undefined;
  }
  const [question] = query.questions ?? [];
  if (query.type === "response" || question === undefined) return undefined;
  const { code, answers } = answersTo(question.type, question.name, topology, vpc);
  const flags = AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED) | code;
  return encode({ type: "response", id: query.id ?? 0, flags, questions: [question], answers });
}

interface Answers {
  readonly code: number;
  readonly answers: Answer[];
}

const noSuchName: Answers = { code: responseCode.nonExistent, answers: [] };
const noData: Answers = { code: responseCode.noError, answers: [] };

function answersTo(type: string, name: string, topology: Topology, vpc: Vpc | undefined): Answers {
  const verdict = verdictOn(vpc, name);
  if (verdict !== "pass") return verdict === "NODATA" ? noData : noSuchName;
  if (type === "PTR") {
    const data = reverse(vpc, name);
    return data === undefined ? noSuchName : { ...noData, answers: [{ type: "PTR", name, ttl, data }] };
  }
  const addresses = resolve(topology, vpc, name);
  if (addresses === undefined) return noSuchName;
  const canonical = redirection(name);
  const alias: Answer[] = canonical === undefined ? [] : [{ type: "CNAME", name, ttl, data: canonical }];
  const found =
    type === "A" ? addresses.map((data): Answer => ({ type: "A", name: canonical ?? name, ttl, data })) : [];
  return { ...noData, answers: [...alias, ...found] };
}

/** Splits a TCP stream into DNS messages: each has its length in front (RFC 1035, 4.2.2). */
export function splitStream(pending: Buffer): { messages: Buffer[]; rest: Buffer } {
  const messages: Buffer[] = [];
  let rest = pending;
  while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
    const end = 2 + rest.readUInt16BE(0);
    messages.push(rest.subarray(2, end));
    rest = rest.subarray(end);
  }
  return { messages, rest };
}

/** A message as it goes over TCP. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
