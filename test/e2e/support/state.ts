import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SandboxStack } from "@metrics-link/sandbox/cli/stack-files.ts";
import { pulumi, sandbox } from "./sandbox.ts";

interface Deployment {
  readonly deployment: { readonly resources: { readonly type: string; outputs?: Record<string, unknown> }[] };
}

/** The state of a stack, written by somebody who has come by its backend; put back afterwards. */
export class ForgedState {
  readonly #stack: SandboxStack;
  readonly #original: string;

  private constructor(stack: SandboxStack, original: string) {
    this.#stack = stack;
    this.#original = original;
  }

  static async of(name: SandboxStack): Promise<ForgedState> {
    const { stdout } = await pulumi().must(["stack", "export", "-s", name]);
    return new ForgedState(name, stdout);
  }

  /** Changes what the stack says of itself: its outputs. */
  async outputs(change: (outputs: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
    const state = JSON.parse(this.#original) as Deployment;
    const stack = state.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    if (stack === undefined) throw new Error(`${this.#stack} has no state`);
    stack.outputs = change(structuredClone(stack.outputs ?? {}));
    await this.#import(JSON.stringify(state));
  }

  restore(): Promise<void> {
    return this.#import(this.#original);
  }

  async #import(state: string): Promise<void> {
    const file = join(sandbox.layout.directory, `state-${randomUUID()}.json`);
    writeFileSync(file, state);
    try {
      await pulumi().must(["stack", "import", "-s", this.#stack, "--file", file]);
    } finally {
      rmSync(file);
    }
  }
}
