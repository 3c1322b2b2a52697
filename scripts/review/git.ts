import { execFileSync } from "node:child_process";
import { LinkError, UsageError } from "@metrics-link/contract";

/** A review cannot compare what it found, so it gives no verdict. */
export const refused = (what: string, next?: string, cause?: unknown) =>
  new LinkError("REVIEW_REFUSED", { what, cause, ...(next === undefined ? {} : { next }) });

/** A file as git lists it. */
interface Listed {
  /** Of a tree's entry: 100644, 100755, 120000 for a link, 160000 for the commit of a submodule. */
  readonly mode: string;
  /** The blob, or the commit of a submodule; absent for a file that git does not track yet. */
  readonly object?: string;
}

/** By path, relative to the checkout's root. */
export type Listing = ReadonlyMap<string, Listed>;

/** Git in one checkout. */
export class Git {
  readonly #checkout: string;

  constructor(checkout: string) {
    this.#checkout = checkout;
  }

  /**
   * The commit that the checkout is compared with: `reference`, or where its branch left the main one. A short name is
   * looked up by its full ones, because git itself prefers a tag, and whoever may push can push one called
   * `origin/main`.
   * @throws UsageError when there is no such commit, or more than one
   */
  base(reference: string | undefined): string {
    if (reference !== undefined) return this.#named(reference);
    for (const main of ["refs/remotes/origin/main", "refs/heads/main"]) {
      const commit = this.#try("merge-base", this.#head(), main);
      if (commit !== undefined) return commit.trim();
    }
    throw new UsageError(`${this.#checkout} has neither origin/main nor main: --base says which commit was reviewed`);
  }

  /** What is in a commit. */
  filesOf(commit: string): Listing {
    const lines = records(this.#must("ls-tree", "-r", "-z", "--full-tree", commit));
    return new Map(
      lines.map((line) => {
        const [entry = "", path = ""] = halves(line);
        const [mode = "", , object = ""] = entry.split(" ");
        return [path, { mode, object }];
      }),
    );
  }

  /** Files of the checkout, committed or not, without those that git ignores. */
  files(): Listing {
    const tracked = records(this.#must("ls-files", "-z", "--stage")).map((line): [string, Listed] => {
      const [entry = "", path = ""] = halves(line);
      const [mode = "", object = ""] = entry.split(" ");
      return [path, { mode, object }];
    });
    const others = records(this.#must("ls-files", "-z", "--others", "--exclude-standard")).map(
      (path): [string, Listed] => [path, { mode: "100644" }],
    );
    const nested = others.find(([path]) => path.endsWith("/"));
    if (nested !== undefined) throw refused(`${nested[0]} is a repository of its own: it cannot be compared`);
    return new Map([...others, ...tracked]);
  }

  /** The bytes of blobs, in the order of their names. */
  blobs(objects: readonly string[]): Buffer[] {
    const answer = this.#fed(objects.map((object) => `${object}\n`).join(""), "cat-file", "--batch");
    let at = 0;
    return objects.map((object) => {
      const end = answer.indexOf(0x0a, at);
      const [, kind, size] = answer.subarray(at, end).toString().split(" ");
      if (kind !== "blob") throw refused(`${object} is not a blob of ${this.#checkout}`);
      const start = end + 1;
      at = start + Number(size) + 1;
      return answer.subarray(start, start + Number(size));
    });
  }

  #named(reference: string): string {
    const wrong = (why: string) =>
      new UsageError(`--base is ${reference}: ${why}; a commit of ${this.#checkout} is expected`);
    if (reference === "HEAD") return this.#head();
    if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(reference) || reference.startsWith("refs/")) {
      const commit = this.#commit(reference);
      if (commit !== undefined) return commit;
      throw wrong("it is not there");
    }
    const names = ["refs/heads/", "refs/remotes/", "refs/tags/"].map((kind) => `${kind}${reference}`);
    const found = names.filter((name) => this.#try("show-ref", "--verify", "--quiet", name) !== undefined);
    const shortened = /^[0-9a-f]{7,39}$/.test(reference) ? this.#objectsWith(reference) : [];
    const [only, ...others] = [...found, ...shortened];
    if (others.length > 0) throw wrong(`there is more than one: ${[only, ...others].join(", ")}`);
    const commit = only === undefined ? undefined : this.#commit(only);
    if (commit === undefined) throw wrong("it is not there");
    return commit;
  }

  #objectsWith(prefix: string): string[] {
    return (this.#try("rev-parse", `--disambiguate=${prefix}`) ?? "")
      .split("\n")
      .filter((object) => object !== "" && this.#commit(object) !== undefined);
  }

  /** `HEAD` itself: a tag of this name, too, is only warned of by git. */
  #head(): string {
    return this.#must("rev-parse", "--verify", "--quiet", "HEAD^{commit}").toString().trim();
  }

  /** @param name a full one */
  #commit(name: string): string | undefined {
    return this.#try("rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`)?.trim();
  }

  #must(...words: string[]): Buffer {
    return this.#fed("", ...words);
  }

  #fed(input: string, ...words: string[]): Buffer {
    const stdio: ["pipe", "pipe", "pipe"] = ["pipe", "pipe", "pipe"];
    const options = { maxBuffer: 2 ** 30, stdio, input };
    return execFileSync("git", ["--no-replace-objects", "-C", this.#checkout, ...words], options);
  }

  #try(...words: string[]): string | undefined {
    try {
      return this.#must(...words).toString();
    } catch {
      return undefined;
    }
  }
}

const halves = (line: string) => {
  const at = line.indexOf("\t");
  return [line.slice(0, at), line.slice(at + 1)];
};

/** @throws LinkError REVIEW_REFUSED for a path that is not UTF-8: as text it would be another path or none */
function records(listed: Buffer): string[] {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(listed).split("\0").filter(Boolean);
  } catch (cause) {
    const bad = listed
      .toString("latin1")
      .split("\0")
      .find((path) => !Buffer.from(Buffer.from(path, "latin1").toString()).equals(Buffer.from(path, "latin1")));
    throw refused(`the name of a file is not UTF-8: ${JSON.stringify(bad)}`, undefined, cause);
  }
}
