import type { Asked } from "./asked.ts";
import { type Difference, differencesOf } from "./difference.ts";
import { canonical } from "./values.ts";

/** A request to the engine in which the program of this branch and the reviewed one differ. */
export interface ProgramChange extends Difference {
  /** The resource's own name, or the function's token. */
  readonly subject: string;
  readonly type: string;
  /** "adds" and "removes" are about the subject as a whole. */
  readonly kind: "adds" | "removes" | "changes";
}

/** The handshake of a program with the engine, which affects no resource. */
const greetings = new Set(["supportsFeature", "signalAndWaitForShutdown", "getDeploymentInfo"]);

/**
 * Every difference between the requests of two programs, given the same configuration and state. None: their requests
 * are the same byte for byte.
 * @param base requests of the reviewed program
 * @param head requests of this branch's program
 */
export function programChanges(base: readonly Asked[], head: readonly Asked[]): ProgramChange[] {
  const [old, next] = [bySubject(base), bySubject(head)];
  return [...new Set([...old.keys(), ...next.keys()])].toSorted().flatMap((key) => {
    const { before, after } = unlike(old.get(key) ?? [], next.get(key) ?? []);
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
      between(before[index], after[index]),
    ).flat();
  });
}

function bySubject(asked: readonly Asked[]): Map<string, Asked[]> {
  const found = new Map<string, Asked[]>();
  for (const one of asked) {
    if (greetings.has(one.call)) continue;
    const key = [one.name, one.type, one.call].join("\n");
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return found;
}

/** Without requests that both make: a program may call a function of a provider more than once. */
function unlike(before: readonly Asked[], after: readonly Asked[]) {
  const left = new Map<string, Asked[]>();
  for (const one of before) {
    const text = canonical(one.fields);
    left.set(text, [...(left.get(text) ?? []), one]);
  }
  const rest = after.filter((one) => left.get(canonical(one.fields))?.pop() === undefined);
  return { before: [...left.values()].flat(), after: rest };
}

function between(before: Asked | undefined, after: Asked | undefined): ProgramChange[] {
  const one = after ?? before;
  if (one === undefined) return [];
  const kind = before === undefined ? "adds" : after === undefined ? "removes" : "changes";
  return differencesOf(partsOf(before), partsOf(after)).map((difference) => ({
    subject: subjectOf(one),
    type: one.type,
    kind,
    ...difference,
  }));
}

const partsOf = (asked: Asked | undefined) => asked && { [asked.call]: asked.fields };

const subjectOf = ({ name, type, call }: Asked) =>
  (name.startsWith("urn:") ? (name.split("::").at(-1) ?? name) : name) || type || call;
