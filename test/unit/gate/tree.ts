import { joined, message, tag, varint } from "./raw.ts";

/** A field of a protobuf message, as it stands in the bytes: well-formed or not. */
export interface Node {
  field: bigint;
  wireType: number;
  /** Bytes of the tag, of the length; more than it needs is not canonical. */
  tagWidth: number;
  lengthWidth: number;
  content: Uint8Array | Node[];
}

/** Which fields of a message are messages themselves. */
type Shape = Readonly<{ [field: number]: Shape }>;

const nothing: Shape = {};
const span = { 8: nothing, 11: nothing };
export const shapes: Readonly<Record<1 | 2, Shape>> = {
  1: { 1: { 1: nothing, 2: nothing, 3: { 1: nothing }, 4: span }, 3: nothing },
  2: { 5: { 2: nothing, 3: span, 4: nothing, 5: nothing } },
};

/** Reads a message that a library wrote. */
export function parse(bytes: Uint8Array, shape: Shape): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  const number = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const found = number();
    const field = found >> 3n;
    const wireType = Number(found & 7n);
    const inner = shape[Number(field)];
    let content: Node["content"];
    if (wireType === 0) content = Uint8Array.from(varint(number()));
    else {
      const length = wireType === 1 ? 8 : Number(number());
      content = bytes.slice(at, at + length);
      at += length;
      if (inner !== undefined) content = parse(content, inner);
    }
    nodes.push({ field, wireType, tagWidth: 0, lengthWidth: 0, content });
  }
  return nodes;
}

/** The bytes of these fields; lengths fit what is in them. */
export function unparse(nodes: readonly Node[]): Uint8Array {
  return joined(
    ...nodes.map(({ field, wireType, tagWidth, lengthWidth, content }) => {
      const body = Array.isArray(content) ? unparse(content) : content;
      const length = wireType === 2 ? varint(body.length, lengthWidth) : [];
      return joined(varint((field << 3n) | BigInt(wireType), tagWidth), length, body);
    }),
  );
}

/** One change of a tree: which node, which change, and a number to choose by. */
export interface Mutation {
  readonly at: number;
  readonly kind: number;
  readonly choice: number;
}

const texts = ["222", "111", "account", "receives", "link_side", "", "Account", "\0", "__name__"].map((text) =>
  new TextEncoder().encode(text),
);
const label = (name: string, value: string) =>
  parse(message(1, message(1, new TextEncoder().encode(name)), message(2, new TextEncoder().encode(value))), {
    1: nothing,
  });
const dangerous: readonly (() => Node[])[] = [
  () => label("account", "222"),
  () => label("account", "111"),
  () => label("link_side", "receives"),
  () => label("a", "b"),
  () => parse(joined(tag(9, 0), [1]), nothing),
  () => parse(message(9, [1, 2]), nothing),
  () => parse(message(1, [1, 2, 3, 4]), nothing),
  () => parse(message(4, new TextEncoder().encode("account")), nothing),
  () => parse(joined(tag(1, 0), [5]), nothing),
  () => [
    { field: 7n, wireType: 3, tagWidth: 0, lengthWidth: 0, content: new Uint8Array() },
    { field: 7n, wireType: 4, tagWidth: 0, lengthWidth: 0, content: new Uint8Array() },
  ],
];

const pick = <One>(list: readonly One[], choice: number): One => list[choice % list.length] as One;

/** Every list of fields in a tree, the outermost first. */
function listsIn(nodes: Node[]): Node[][] {
  return [nodes, ...nodes.flatMap(({ content }) => (Array.isArray(content) ? listsIn(content) : []))];
}

/** Changes a tree in place. */
export function mutate(root: Node[], { at, kind, choice }: Mutation): void {
  const places = listsIn(root).flatMap((list) => list.map((_, index) => ({ list, index })));
  if (places.length === 0) return;
  const { list, index } = pick(places, at);
  const node = list[index];
  if (node === undefined) return;
  const changes: readonly (() => void)[] = [
    () => list.splice(choice % (list.length + 1), 0, structuredClone(node)),
    () => list.splice(index, 1),
    () => {
      list.splice(index, 1);
      list.splice(choice % (list.length + 1), 0, node);
    },
    () => {
      node.field = pick([node.field + 1n, node.field - 1n, node.field + 2n ** 32n, 2000n, 3n], choice);
    },
    () => {
      node.wireType = choice % 6;
    },
    () => {
      node.tagWidth = 1 + (choice % 10);
    },
    () => {
      node.lengthWidth = 1 + (choice % 10);
    },
    () => {
      node.content = pick(texts, choice);
    },
    () => list.splice(choice % (list.length + 1), 0, ...pick(dangerous, choice >> 3)()),
    () => {
      // Of references and varints: other numbers, some in more bytes than they take, some cut to 32 bits by whoever reads.
      const number = pick([0n, 3n, 4n, 5n, 6n, 2n ** 32n + 4n, 2n ** 63n, 2n ** 64n - 1n], choice);
      node.content = Uint8Array.from(varint(number, choice % 11));
    },
    () => {
      // A list of references: one more, one less, another.
      if (Array.isArray(node.content)) return;
      const bytes = [...node.content];
      bytes.splice(choice % (bytes.length + 1), choice % 3, ...varint(choice % 8));
      node.content = Uint8Array.from(bytes);
    },
  ];
  pick(changes, kind)();
}
