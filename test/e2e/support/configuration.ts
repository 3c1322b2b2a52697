import { readFileSync, writeFileSync } from "node:fs";
import type { SandboxStack } from "@metrics-link/sandbox/cli/stack-files.ts";
import { parseDocument } from "yaml";
import { pulumi, sandbox } from "./sandbox.ts";

/** The configuration of a stack, changed as a person would change it, and put back afterwards. */
export class ChangedConfiguration {
  readonly #stack: SandboxStack;
  readonly #original: string;

  constructor(stack: SandboxStack) {
    this.#stack = stack;
    this.#original = readFileSync(sandbox.files.path(stack), "utf8");
  }

  /** @param path below the namespace, as `pulumi config set --path` takes it */
  async set(path: string, value: string): Promise<void> {
    await pulumi().must(["config", "set", "-s", this.#stack, "--path", `metrics-link:${path}`, value]);
  }

  /** Changes keys of a section as a person does in an editor, several at once. */
  write(section: string, keys: Readonly<Record<string, unknown>>): void {
    const document = parseDocument(readFileSync(sandbox.files.path(this.#stack), "utf8"));
    for (const [key, value] of Object.entries(keys)) {
      document.setIn(["config", `metrics-link:${section}`, key], document.createNode(value));
    }
    writeFileSync(sandbox.files.path(this.#stack), document.toString());
  }

  /** Puts a section in, or another in its place. */
  replace(section: string, value: unknown): void {
    const document = parseDocument(readFileSync(sandbox.files.path(this.#stack), "utf8"));
    document.setIn(["config", `metrics-link:${section}`], document.createNode(value));
    writeFileSync(sandbox.files.path(this.#stack), document.toString());
  }

  restore(): void {
    writeFileSync(sandbox.files.path(this.#stack), this.#original);
  }
}
