import { readFileSync } from "node:fs";
import type { Check, HostFile, ProbeSpec, ServiceSpec } from "@metrics-link/release";
import { type Unit, unitText } from "./unit-text.ts";

/** What a set of services adds to a release. */
export interface ServiceSet {
  readonly files: readonly HostFile[];
  readonly services: readonly ServiceSpec[];
  readonly checks: readonly Check[];
  readonly probes: readonly ProbeSpec[];
  /** The tools of the bucket that the services run; the agent needs none of them but `node`. */
  readonly tools: readonly string[];
}

/** By default systemd leaves a service down after five starts in ten seconds. */
export const neverGivesUp = { StartLimitIntervalSec: 0 };

export function running(user: string) {
  return { Type: "exec", User: user, Group: user, Restart: "always", RestartSec: 1 };
}

export function unitFile(name: string, unit: Unit): HostFile {
  return { path: `systemd/${name}`, content: unitText(unit), mode: "0644", owner: "root", group: "root" };
}

/** A script of this room as a file of a release. @param name below scripts/ */
export function scriptFile(path: string, name: string): HostFile {
  const content = readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");
  return { path, content, mode: "0644", owner: "root", group: "root" };
}
