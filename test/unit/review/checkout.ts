import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A checkout with a workspace of two packages, of which one needs the other. */
export class Checkout {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "checkout-")));

  constructor() {
    this.git("init", "--quiet", "--initial-branch=main");
    const manifest = (name: string, more: object = {}) =>
      JSON.stringify({ name, version: "1.0.0", type: "module", ...more });
    this.write("package.json", manifest("root"));
    this.write("pnpm-workspace.yaml", "packages:\n  - packages/*\n  - stacks\n");
    this.write("packages/envoy/package.json", manifest("@x/envoy", { exports: "./index.js" }));
    this.write("packages/envoy/index.js", 'export const program = "reviewed";\n');
    this.write("stacks/package.json", manifest("@x/stacks", { dependencies: { "@x/envoy": "workspace:*" } }));
    this.write(
      "stacks/index.js",
      'import { program } from "@x/envoy";\nconsole.log(program, import.meta.resolve("@x/envoy"));\n',
    );
    this.write("stacks/rules/one.yaml", "groups: []\n");
    this.write("README.md", "# Read me\n");
    this.lock();
    this.commit();
  }

  /** Writes the lock file of the packages that are there. */
  lock(): void {
    execFileSync("pnpm", ["install", "--offline", "--lockfile-only", "--reporter=silent"], { cwd: this.directory });
  }

  write(path: string, content: string): void {
    const full = join(this.directory, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }

  git(...words: string[]): string {
    const who = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    return execFileSync("git", ["-C", this.directory, ...who, ...words], { encoding: "utf8" }).trim();
  }

  commit(): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", "test");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
