/** What a sender's series have to carry, and what they may not: names and values of labels as bytes. */
export interface SenderRules {
  readonly sender: string;
  readonly labels: readonly LabelRule[];
  /** A bit for each pinned label, in the order of `labels`: what a series has to have seen. */
  readonly required: number;
}

interface LabelRule {
  readonly name: Uint8Array;
  /**
   * `must`: every series has it, with the value. `only`: a series that has it has one of the values. `never`: it has none of
   * the values.
   */
  readonly kind: "must" | "only" | "never";
  readonly values: readonly Uint8Array[];
  /** Of a `must`: the values of other senders, and its bit in `required`. Else none, and 0. */
  readonly others: readonly Uint8Array[];
  readonly bit: number;
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
 * The rules of one sender: its own labels, the reserved ones, and the identities of all others. Senders may be told apart by
 * different labels: one that is known by `tenant` may not claim the `account` of one that is known by that.
 */
export function rulesOf(sender: string, { senders, reserved }: Identities): SenderRules {
  const own = senders.get(sender) ?? {};
  const others = new Map<string, string[]>();
  for (const [other, labels] of senders) {
    if (other === sender) continue;
    for (const [name, value] of Object.entries(labels)) others.set(name, [...(others.get(name) ?? []), value]);
  }
  const rule = (kind: LabelRule["kind"], name: string, values: readonly string[]): LabelRule => ({
    name: bytesOf(name),
    kind,
    values: values.map(bytesOf),
    others: [],
    bit: 0,
  });
  const pinned = Object.entries(own).map(([name, value], index) => ({
    ...rule("must", name, [value]),
    others: (others.get(name) ?? []).map(bytesOf),
    bit: 1 << index,
  }));
  return {
    sender,
    labels: [
      ...pinned,
      ...Object.entries(reserved).map(([name, values]) => rule("only", name, values)),
      ...[...others].filter(([name]) => !Object.hasOwn(own, name)).map(([name, values]) => rule("never", name, values)),
    ],
    required: pinned.reduce((all, { bit }) => all | bit, 0),
  };
}

/** Whether a label of these bytes keeps to the rule. */
export function keeps(rule: LabelRule, bytes: Uint8Array, start: number, length: number): boolean {
  for (const value of rule.values) {
    if (value.length === length && isAt(bytes, start, value)) return rule.kind !== "never";
  }
  return rule.kind === "never";
}

/**
 * Whether a label of an exemplar keeps to the rule. An exemplar is an application's, which may have an `account` of its own that
 * has nothing to do with senders: only the identity of another sender is refused.
 */
export function keepsInExemplar(rule: LabelRule, bytes: Uint8Array, start: number, length: number): boolean {
  if (rule.kind !== "must") return keeps(rule, bytes, start, length);
  return !rule.others.some((value) => value.length === length && isAt(bytes, start, value));
}

/** The rule for a label's name, if there is one. */
export function ruleFor(rules: SenderRules, bytes: Uint8Array, start: number, length: number): LabelRule | undefined {
  for (const rule of rules.labels) {
    if (rule.name.length === length && isAt(bytes, start, rule.name)) return rule;
  }
  return undefined;
}

function isAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[start + index] !== wanted[index]) return false;
  }
  return true;
}
