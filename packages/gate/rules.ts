/** What a sender's series have to carry, and what they may not: names and values of labels as bytes. */
export interface SenderRules {
  readonly sender: string;
  readonly labels: readonly LabelRule[];
  /** A bit for each pinned label, in the order of `labels`: what a series has to have seen. */
  readonly required: number;
}

interface LabelRule {
  readonly name: Uint8Array;
  /** `must`: every series has it, with the value. `only`: a series that has it has one of the values. `never`: it has no identity. */
  readonly kind: "must" | "only" | "never";
  /** Of a `never` none. */
  readonly values: readonly Uint8Array[];
  /** The values by which senders are known that have this label. */
  readonly identities: Texts;
  /** Of a `must`: its bit in `required`. Else 0. */
  readonly bit: number;
}

/**
 * Texts to find bytes among, in the same time however many there are: of a thousand senders, each value would be compared with each
 * of a thousand. One for all senders, because a thousand lists of a thousand do not fit into the heap.
 */
class Texts {
  readonly #latin1 = new Set<string>();
  readonly #lengths = new Set<number>();

  add(text: string): void {
    const bytes = Buffer.from(text);
    this.#latin1.add(bytes.toString("latin1"));
    this.#lengths.add(bytes.length);
  }

  has(bytes: Uint8Array, start: number, length: number): boolean {
    if (!this.#lengths.has(length)) return false;
    return this.#latin1.has(Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString("latin1"));
  }
}

/** As many as an identity may have; each is a bit of a number. */
export const mostPinnedLabels = 20;

/** Label names to values. */
export type Labels = Readonly<Record<string, string>>;

export interface Identities {
  /** The pinned labels of each sender, by its name. */
  readonly senders: ReadonlyMap<string, Labels>;
  /** Labels that a series may leave out, and the values that it may have. None: no sender may write the label at all. */
  readonly reserved: Readonly<Record<string, readonly string[]>>;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * The rules of each sender: its own labels, the reserved ones, and the identities of all others. Senders may be told apart by
 * different labels: one that is known by `tenant` may not claim the `account` of one that is known by that.
 */
export function rulesOf({ senders, reserved }: Identities): ReadonlyMap<string, SenderRules> {
  const identities = new Map<string, Texts>();
  for (const labels of senders.values()) {
    for (const [name, value] of Object.entries(labels)) {
      const texts = identities.get(name) ?? new Texts();
      texts.add(value);
      identities.set(name, texts);
    }
  }
  const rule = (kind: LabelRule["kind"], name: string, values: readonly string[], bit = 0): LabelRule => ({
    name: bytesOf(name),
    kind,
    values: values.map(bytesOf),
    identities: identities.get(name) ?? new Texts(),
    bit,
  });
  const only = Object.entries(reserved).map(([name, values]) => rule("only", name, values));
  const never = new Map([...identities.keys()].map((name) => [name, rule("never", name, [])]));
  return new Map(
    [...senders].map(([sender, own]) => {
      const pinned = Object.entries(own).map(([name, value], index) => rule("must", name, [value], 1 << index));
      const others = [...never].flatMap(([name, one]) => (Object.hasOwn(own, name) ? [] : [one]));
      const required = pinned.reduce((all, { bit }) => all | bit, 0);
      return [sender, { sender, labels: [...pinned, ...only, ...others], required }];
    }),
  );
}

/** Whether a label of these bytes keeps to the rule. */
export function keeps(rule: LabelRule, bytes: Uint8Array, start: number, length: number): boolean {
  if (rule.kind === "never") return !rule.identities.has(bytes, start, length);
  for (const value of rule.values) if (value.length === length && isAt(bytes, start, value)) return true;
  return false;
}

/**
 * Whether a label of an exemplar keeps to the rule. An exemplar is an application's, which may have an `account` of its own that
 * has nothing to do with senders: only the identity of another sender is refused.
 */
export function keepsInExemplar(rule: LabelRule, bytes: Uint8Array, start: number, length: number): boolean {
  if (keeps(rule, bytes, start, length)) return true;
  return rule.kind === "must" && !rule.identities.has(bytes, start, length);
}

/** The rule for a label's name, if there is one. */
export function ruleFor(rules: SenderRules, bytes: Uint8Array, start: number, length: number): LabelRule | undefined {
  for (const rule of rules.labels) {
    if (rule.name.length === length && isAt(bytes, start, rule.name)) return rule;
  }
  return undefined;
}

/** Whether these bytes are there. */
export function isAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[start + index] !== wanted[index]) return false;
  }
  return true;
}
