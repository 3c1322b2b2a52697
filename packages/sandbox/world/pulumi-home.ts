/** Where Pulumi's command line keeps what it keeps for itself, apart from state: inside the sandbox, not in $HOME. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "../model/layout.ts";

export const pulumiHome = (layout: Layout): string => join(layout.directory, "pulumi");

/**
 * Makes the folder. A file stands where Pulumi would keep a compressed and encrypted debug log of every command. It
 * writes one unasked, which costs a second of each preview on two cores, and goes on without it when it cannot.
 */
export function makePulumiHome(layout: Layout): void {
  const home = pulumiHome(layout);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "logs"), "Not a folder: see packages/sandbox/world/pulumi-home.ts\n");
}
