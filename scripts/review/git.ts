import { execFileSync } from "node:child_process";
import { UsageError } from "../stack/command-line.ts";

/** Nothing in these runs in an update. Everything else is the program: also set-up, the pack, and this review. */
const isProgram = (path: string) => !/^(docs|test)\/|^[^/]+\.md$|^LICENSE$/.test(path);

/** Git in one checkout. */
export class Git {
  readonly #checkout: string;

  constructor(checkout: string) {
    this.#checkout = checkout;
  }

  /**
   * The commit that the checkout is compared with: `reference`, or where its branch left the main one.
   * @throws UsageError when there is no such commit
   */
  base(reference: string | undefined): string {
    if (reference !== undefined) {
      const commit = this.#try("rev-parse", "--verify", "--quiet", "--end-of-options", `${reference}^{commit}`);
      if (commit !== undefined) return commit.trim();
      throw new UsageError(`--base is ${reference}: a commit of ${this.#checkout} is expected`);
    }
    for (const main of ["origin/main", "main"]) {
      const commit = this.#try("merge-base", "HEAD", main);
      if (commit !== undefined) return commit.trim();
    }
    throw new UsageError(`${this.#checkout} has neither origin/main nor main: --base says which commit was reviewed`);
  }

  /** The paths of a commit's program. */
  filesOf(commit: string): string[] {
    return paths(this.#must("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)).filter(isProgram);
  }

  /** The paths of the checkout's program as it lies there, also of what is in no commit yet. */
  files(): string[] {
    return paths(this.#must("ls-files", "-z", "--cached", "--others", "--exclude-standard")).filter(isProgram);
  }

  /** The text of a file of a commit; undefined when it is not in it. */
  show(commit: string, path: string): string | undefined {
    return this.#try("show", "--no-textconv", `${commit}:${path}`);
  }

  /** A commit's tree as a tar archive. What a .gitattributes says of archives is read from that commit. */
  archive(commit: string): Buffer {
    return this.#must("archive", "--format=tar", commit);
  }

  #must(...words: string[]): Buffer {
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    return execFileSync("git", ["-C", this.#checkout, ...words], { maxBuffer: 2 ** 30, stdio });
  }

  #try(...words: string[]): string | undefined {
    try {
      return this.#must(...words).toString();
    } catch {
      return undefined;
    }
  }
}

const paths = (listed: Buffer) => listed.toString().split("\0").filter(Boolean);
