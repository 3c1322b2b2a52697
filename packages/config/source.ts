import { isMap, isPair, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";

/** The file that a configuration stands in. */
export interface Source {
  /** As a person finds it, for messages. */
  readonly name: string;
  /** The line of a key, counted from 1; of the nearest section around it where the key is missing. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/**
 * The lines of a `Pulumi.<stack>.yaml`.
 * @param name of the file, for messages
 * @param text of the file; one that is not YAML has no lines
 * @param namespace of the keys
 */
export function stackFileSource(name: string, text: string, namespace: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = ([section, ...rest]: readonly PropertyKey[]) => {
    const path = ["config", `${namespace}:${String(section)}`, ...rest];
    let [node, offset]: readonly [unknown, number | undefined] = [document.contents, undefined];
    for (const part of path) {
      const member = memberOf(node, part);
      if (member === undefined) break;
      offset = startOf(member) ?? offset;
      node = isPair(member) ? member.value : member;
    }
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  return { name, lineOf };
}

function memberOf(node: unknown, part: PropertyKey): Pair | Node | undefined {
  if (isMap(node)) return node.items.find(({ key }) => String(key) === String(part));
  return isSeq(node) ? (node.items[Number(part)] as Node | undefined) : undefined;
}

function startOf(member: Pair | Node): number | undefined {
  const node = isPair(member) ? member.key : member;
  return (node as Node | null)?.range?.[0];
}
