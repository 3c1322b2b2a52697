import { LinkError } from "@metrics-link/contract";

/** A file of the repository, all or a part of which follows from the source. */
export interface Generated {
  readonly file: string;
  /** @param text the file as it is @returns the file as it should be */
  render(text: string): Promise<string>;
}

/**
 * A page with a new part between `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
 * @throws LinkError without these lines
 */
export function between(page: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->\n`, `<!-- ${name}: end -->\n`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new LinkError("REPOSITORY_FILE_INVALID", { what: `the page has no lines ${begin.trim()} and ${end.trim()}` });
  }
  return page.slice(0, from + begin.length) + part + page.slice(to);
}

export const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |\n`;
