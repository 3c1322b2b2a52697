/** Stacks of a peer in a file backend, with the states that their owner can write. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const named = (stack: string) => `organization/metrics-link/${stack}`;

/** The state of a stack as its owner can write it. @param outputs JSON */
export const stateOf = (stack: string, outputs: string) =>
  `{"version":3,"checkpoint":{"stack":"${named(stack)}","latest":{
    "secrets_providers":{"type":"cloud","state":{"url":"awskms:///alias/x?region=eu-west-1","encryptedkey":"eA=="}},
    "manifest":{"time":"2026-01-01T00:00:00Z","magic":"","version":""},"resources":[{
    "urn":"urn:pulumi:${stack}::metrics-link::pulumi:pulumi:Stack::metrics-link-${stack}",
    "custom":false,"type":"pulumi:pulumi:Stack","outputs":${outputs}}]}}}`;

/** A Pulumi project with a backend in a folder. */
export class PeerStates {
  readonly #stacks: string;
  /** Leads Pulumi's command line to them. */
  readonly environment: Readonly<Record<"PULUMI_BACKEND_URL" | "PULUMI_HOME", string>>;

  /** @param project the folder that gets Pulumi.yaml */
  constructor(project: string) {
    this.#stacks = join(project, "state/.pulumi/stacks/metrics-link");
    this.environment = {
      PULUMI_BACKEND_URL: `file://${join(project, "state")}`,
      PULUMI_HOME: join(project, "home"),
    };
    mkdirSync(this.#stacks, { recursive: true });
    writeFileSync(join(project, "state/.pulumi/meta.yaml"), "version: 1\n");
    writeFileSync(join(project, "Pulumi.yaml"), "name: metrics-link\nruntime: nodejs\n");
  }

  /** @param outputs JSON */
  write(stack: string, outputs: string): void {
    this.put(stack, stateOf(stack, outputs));
  }

  put(stack: string, state: string | Buffer): void {
    writeFileSync(join(this.#stacks, `${stack}.json`), state);
  }
}
