import { fromMarkdown } from "mdast-util-from-markdown";

/** A fenced block of a Markdown page. */
export interface Block {
  /** The text of the heading that it stands under; empty before the first one. */
  readonly heading: string;
  /** The language of its fence; empty without one. */
  readonly language: string;
  /** What stands between the fences, without the indentation of the list that it is in. */
  readonly text: string;
  /** The line of the opening fence in the page, from 1. */
  readonly line: number;
}

/** A node of the page's tree, as far as blocks and headings are read. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly lang?: string | null | undefined;
  readonly children?: readonly Node[];
  readonly position?: { readonly start: { readonly line: number } } | undefined;
}

/** Every fenced block of a page, in its order; also those of lists and quotations (CommonMark 0.31, 4.5). */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  const visit = (node: Node) => {
    if (node.type === "heading") heading = textOf(node);
    if (node.type === "code" && isFenced(markdown, node)) {
      blocks.push({ heading, language: node.lang ?? "", text: node.value ?? "", line: lineOf(node) });
    }
    for (const child of node.children ?? []) visit(child);
  };
  visit(fromMarkdown(markdown));
  return blocks;
}

const lineOf = ({ position }: Node): number => position?.start.line ?? 0;

/** The tree has blocks by indentation as well, which our pages do not use. */
const isFenced = (markdown: string, node: Node): boolean =>
  /^[\s>]*(?:[-*+]\s+|\d+[.)]\s+)*(?:```|~~~)/.test(markdown.split(/\r?\n/)[lineOf(node) - 1] ?? "");

const textOf = ({ value = "", children = [] }: Node): string => value + children.map(textOf).join("");
