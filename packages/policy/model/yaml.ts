import { isDeepStrictEqual } from "node:util";
import { LinkError, printable } from "@metrics-link/contract";
import { parseDocument, visit } from "yaml";

/**
 * The value of a YAML text that means the same to every parser: to one of YAML 1.1 as to one of 1.2, so without octal
 * numbers such as `032`, `yes` for a truth, `1:30` for a number or `<<` for a merge; and without anchors, tags and keys
 * that are there twice, which parsers resolve in ways of their own.
 * @throws LinkError `YAML_INVALID` saying what can be read in two ways
 */
export function parsePlainYaml(text: string): unknown {
  const [old, current] = (["1.1", "1.2"] as const).map((version) => {
    const document = parseDocument(text, { version, uniqueKeys: true, merge: version === "1.1" });
    const [error] = document.errors;
    if (error !== undefined) throw invalid(`it is not YAML: ${error.message.split("\n")[0]}`);
    return document;
  });
  if (old === undefined || current === undefined) throw new LinkError("INTERNAL", { what: "unreachable" });
  visit(current, {
    Alias: () => {
      throw invalid("it has an alias, which can stand for more than it shows");
    },
    Node: (_key, node) => {
      if ("anchor" in node && node.anchor) throw invalid(`it has the anchor &${node.anchor}`);
      if (node.tag !== undefined) throw invalid(`it has the tag ${node.tag}`);
    },
  });
  const [value, other] = [current.toJS() as unknown, old.toJS() as unknown];
  const difference = firstDifference("", value, other);
  if (difference !== undefined) throw invalid(`${difference} is not the same to a parser of YAML 1.1`);
  return value;
}

const invalid = (what: string) => new LinkError("YAML_INVALID", { what: printable(what) });

function firstDifference(path: string, value: unknown, other: unknown): string | undefined {
  if (isDeepStrictEqual(value, other)) return undefined;
  if (typeof value !== "object" || value === null || typeof other !== "object" || other === null) return path;
  const found = Object.entries(value).flatMap(
    ([key, item]) =>
      firstDifference(path === "" ? key : `${path}.${key}`, item, (other as Record<string, unknown>)[key]) ?? [],
  );
  return found[0] ?? (path || "the whole");
}
