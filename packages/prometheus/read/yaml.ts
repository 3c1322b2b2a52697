import {
  Alias,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  Scalar,
  visit,
  type YAMLMap,
} from "yaml";

/** Why a text cannot be used, and the line, from 1, that shows it. */
export interface YamlFault {
  /** `unread`: Prometheus would pass over it in silence. Every other fault it would report itself, or read otherwise. */
  readonly kind: "unread" | "refused";
  readonly line: number;
  readonly what: string;
}

/** What Prometheus would read in a YAML text. */
export interface YamlReading {
  /** Mappings as objects, lists as arrays, null as null, every other scalar as its text; undefined without content. */
  readonly value: unknown;
  /** Whether there is nothing but comments. */
  readonly empty: boolean;
  /** Nothing may be concluded from the value unless this is empty. */
  readonly faults: readonly YamlFault[];
  /** The line, from 1, of the value at a path, or of the nearest one above it. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** Aliases can multiply values; a file with more than these is refused. */
const mostValues = 1_000_000;

/** YAML 1.1 breaks a line at these, the library does not: what stands behind a comment would be read by one alone. */
const oldLineBreak = /[\u0085\u2028\u2029]|\r(?!\n)/;

/** Plain scalars that go-yaml reads as null (resolve.go). */
const nulls = new Set(["", "~", "null", "Null", "NULL"]);

/** Errors of the library whose messages repeat nothing of the text, which may be a credential. */
const quotesNothing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(["BAD_INDENT", "BLOCK_AS_IMPLICIT_KEY", "BLOCK_IN_FLOW", "KEY_OVER_1024_CHARS", "MISSING_CHAR"] as const),
  ...(["MULTILINE_IMPLICIT_KEY", "MULTIPLE_ANCHORS", "MULTIPLE_TAGS", "TAB_AS_INDENT"] as const),
]);

const nullKey = "a key that Prometheus reads as no key; write it in quotes if it is a text, or remove it";

/** The names of anchors that end at the same character for every reader (libyaml, `IS_ALPHA`). */
const anchorName = /^[\w-]+$/;

/** Tags that say what Prometheus reads anyway. */
const tags = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq|merge)$/;

/**
 * Reads a text as Prometheus does (go.yaml.in/yaml/v2 decoding into fields of text): a scalar keeps its text, so
 * `012345678901` and `1.10` stay what they are; aliases are followed, and merge keys applied in their order. Only one
 * document is read.
 */
export function readYaml(bytes: string): YamlReading {
  // The library takes what follows a byte order mark for the middle of a line.
  const text = bytes.replace(/^\uFEFF/, "");
  const lines = new LineCounter();
  const faults: YamlFault[] = [...foreignCharacters(text)];
  const [first, ...more] = documentsOf(text, lines, faults);
  for (const { contents } of more) {
    if (!hasContent(contents)) continue;
    const what = "a second document, of which Prometheus reads nothing; give it a file of its own";
    faults.push({ kind: "unread", line: lines.linePos(contents.range?.[0] ?? 0).line, what });
  }
  const empty = first === undefined || !hasContent(first.contents);
  if (empty || faults.length > 0)
    return { value: undefined, empty: empty && faults.length === 0, faults, lineOf: () => 1 };
  const reader = new Reader(first, lines, faults);
  const value = reader.value(first.contents);
  return {
    value: faults.length > 0 ? undefined : value,
    empty: false,
    faults,
    lineOf: (path) => reader.lineOf(path),
  };
}

function* foreignCharacters(text: string): Generator<YamlFault> {
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    if (oldLineBreak.test(line)) {
      const what =
        "U+0085, U+2028, U+2029 or a lone carriage return, which ends a line for some readers only; remove it";
      yield refused(index + 1, what);
    }
    if (line.includes("\uFEFF")) yield refused(index + 1, "a byte order mark inside of the file; remove it");
  }
}

const refused = (line: number, what: string): YamlFault => ({ kind: "refused", line, what });

/** The documents of a text; without tags' and keys' meaning, which `Reader` gives them. */
function documentsOf(text: string, lineCounter: LineCounter, faults: YamlFault[]): Document[] {
  const options = { lineCounter, schema: "failsafe", uniqueKeys: false, resolveKnownTags: false } as const;
  let documents: Document[];
  try {
    documents = [...parseAllDocuments(text, options)];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    faults.push(refused(1, "it nests too deeply"));
    return [];
  }
  // Whatever follows the first error may be its consequence.
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) {
    const said = error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? "";
    const what = quotesNothing.has(error.code) ? said : "a value that begins here cannot be read; put a text in quotes";
    faults.push(refused(lineCounter.linePos(error.pos[0]).line, `not YAML: ${what}`));
  }
  return documents;
}

/** Whether a node is plain and has no tag that makes a text of it. */
const isPlain = (node: Node): node is Scalar =>
  isScalar(node) && node.type === Scalar.PLAIN && !node.tag?.endsWith(":str");

const isNull = (node: Node): boolean => isPlain(node) && nulls.has(node.source ?? "");

const hasContent = (contents: Node | null): contents is Node => contents !== null && !isNull(contents);

const isMergeKey = (key: Node): boolean => isPlain(key) && key.source === "<<";

class Reader {
  readonly #root: Node | null;
  readonly #lines: LineCounter;
  readonly #faults: YamlFault[];
  readonly #targets: ReadonlyMap<Alias, Node>;
  /** Nodes that are being read: an alias to one of them never ends. */
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(document: Document, lines: LineCounter, faults: YamlFault[]) {
    this.#root = document.contents;
    this.#lines = lines;
    this.#faults = faults;
    this.#targets = this.#anchored(document);
  }

  value(from: Node | null): unknown {
    const node = this.#followed(from);
    if (node === null || isNull(node)) return null;
    this.#values += 1;
    if (this.#values === mostValues) this.#fault(node, `aliases that stand for more than ${mostValues} values`);
    if (this.#values >= mostValues || this.#open.has(node)) return null;
    if (isScalar(node)) return String(node.value);
    this.#open.add(node);
    try {
      if (isSeq<Node>(node)) return node.items.map((item) => this.value(item));
      if (isMap<Node, Node | null>(node)) {
        return Object.fromEntries([...this.#entries(node)].map(([key, [, item]]) => [key, this.value(item)]));
      }
    } finally {
      this.#open.delete(node);
    }
    return null;
  }

  lineOf(path: readonly PropertyKey[]): number {
    let line = this.#lineOf(this.#root);
    let node = this.#root;
    for (const part of path) {
      const found = this.#followed(node);
      const next = isMap<Node, Node | null>(found)
        ? this.#entries(found).get(String(part))
        : isSeq<Node>(found) && typeof part === "number"
          ? ([found.items[part], found.items[part]] as const)
          : undefined;
      if (next?.[0] === undefined) break;
      line = this.#lineOf(next[0]);
      node = next[1] ?? null;
    }
    return line;
  }

  /**
   * Keys with the nodes of key and value. What a merge brings replaces what stands before it and yields to what follows,
   * as go-yaml v2 decodes into a struct; a key that stands there twice is refused, as it is there.
   */
  #entries(map: YAMLMap<Node, Node | null>): Map<string, readonly [Node, Node | null]> {
    const found = new Map<string, readonly [Node, Node | null]>();
    const own = new Set<string>();
    for (const { key, value } of map.items) {
      const name = this.#followed(key);
      // A field of text stays empty then (decode.go): a label without a name, with which Prometheus stores no sample of a target.
      if (name === null || isNull(name) || name.tag?.endsWith(":null")) this.#fault(key ?? value, nullKey, "unread");
      else if (isMergeKey(key)) {
        for (const merged of this.#mergedBy(value)) for (const [one, entry] of merged) found.set(one, entry);
      } else if (isScalar(name)) {
        const text = String(name.value);
        if (own.has(text)) this.#fault(key, "a key that is there twice");
        own.add(text);
        found.set(text, [key, value]);
      } else this.#fault(key, "a key that is a list or a mapping");
    }
    return found;
  }

  /** The mappings of a merge key, the weakest first. */
  #mergedBy(value: Node | null): Map<string, readonly [Node, Node | null]>[] {
    const source = this.#followed(value);
    const sources = isSeq<Node>(source) ? source.items.map((item) => this.#followed(item)).reverse() : [source];
    return sources.flatMap((one) => {
      if (one !== null && this.#open.has(one)) return [];
      if (!isMap<Node, Node | null>(one)) {
        this.#fault(value, "a merge key << without a mapping");
        return [];
      }
      this.#open.add(one);
      const entries = this.#entries(one);
      this.#open.delete(one);
      return [entries];
    });
  }

  #followed(node: Node | null): Node | null {
    return isAlias(node) ? (this.#targets.get(node) ?? null) : node;
  }

  /** The node that each alias stands for: the last one before it that has the anchor. */
  #anchored(document: Document): Map<Alias, Node> {
    const anchors = new Map<string, { readonly node: Node; readonly end: number }>();
    const targets = new Map<Alias, Node>();
    visit(document, {
      Node: (_key, node) => {
        const name = node instanceof Alias ? node.source : "anchor" in node ? node.anchor : undefined;
        if (name !== undefined && !anchorName.test(name))
          this.#fault(node, "an anchor, whose name may have letters, digits, _ and - only");
        if (node instanceof Alias) {
          const target = anchors.get(node.source);
          const inside = target !== undefined && (node.range?.[0] ?? 0) < target.end;
          if (target === undefined)
            this.#fault(node, "an alias without its anchor; put a text that begins with * in quotes");
          else if (inside) this.#fault(node, "an alias inside of what it stands for");
          else targets.set(node, target.node);
          return;
        }
        if (node.tag !== undefined && !tags.test(node.tag))
          this.#fault(node, "a tag that is not one of YAML itself; put a text that begins with ! in quotes");
        if ("anchor" in node && node.anchor) anchors.set(node.anchor, { node, end: node.range?.[1] ?? 0 });
      },
    });
    return targets;
  }

  #fault(node: Node | null, what: string, kind: YamlFault["kind"] = "refused"): void {
    const line = this.#lineOf(node);
    if (!this.#faults.some((one) => one.line === line && one.what === what)) this.#faults.push({ kind, line, what });
  }

  #lineOf(node: Node | null): number {
    return this.#lines.linePos(node?.range?.[0] ?? 0).line;
  }
}
