import { readFileSync, writeFileSync } from "node:fs";
import type { SandboxStack } from "@metrics-link/sandbox/cli/stack-files.ts";
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

  restore(): void {
    writeFileSync(sandbox.files.path(this.#stack), this.#original);
  }
}
