import type { Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { converge } from "./converge.ts";
import { gate } from "./gate.ts";
import { idle } from "./idle.ts";

/** What can be measured on a running sandbox, by name. */
export const benchmarks: Readonly<Record<string, (sandbox: Sandbox, runs: number) => Promise<void>>> = {
  converge,
  idle,
  gate,
};
