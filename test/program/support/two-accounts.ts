import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { AwsApi } from "@metrics-link/sandbox/cloud/api.ts";
import type { Moto } from "@metrics-link/sandbox/services/moto/moto.ts";
import { apiOf, ownEnvironment, runPulumi, startAccounts } from "./engine.ts";

const repository = resolve(import.meta.dirname, "../../..");
const packages = join(repository, "packages/sandbox");

export const accounts = { a: "111111111111", b: "222222222222" } as const;
export type Side = keyof typeof accounts;

/** Each stack has an output; one with the setting `secret` has a secret besides. The reader tells what it could read. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { readOutputs } from ${JSON.stringify(join(repository, "stacks/stack-outputs.ts"))};
import { readPeerOutputs } from ${JSON.stringify(join(repository, "stacks/peer-outputs.ts"))};
const config = new pulumi.Config();
export default async () => {
  const peer = config.get("peer");
  const read = config.getBoolean("own") ? readOutputs : readPeerOutputs;
  const found = peer === undefined ? {} : await read(peer, ["contract"]).catch(({ message }) => ({ error: message }));
  return { contract: "open", ...(config.getBoolean("secret") ? { key: pulumi.secret("closed") } : {}), found: JSON.stringify(found) };
};
`;

/** Stacks of two accounts that read each other, in front of moto's AWS. */
export class TwoAccounts {
  readonly #project: string;
  readonly #directory: string;
  readonly #folder: string;
  readonly moto: Moto;
  readonly api: AwsApi;

  private constructor(project: string, directory: string, moto: Moto) {
    this.#project = project;
    this.#directory = directory;
    this.#folder = join(directory, "program");
    this.moto = moto;
    this.api = apiOf(moto);
    cpSync(join(packages, "plugins/example"), this.#folder, { recursive: true });
    symlinkSync(join(packages, "node_modules"), join(this.#directory, "node_modules"));
    writeFileSync(join(this.#folder, "index.ts"), program);
    const file = join(this.#folder, "Pulumi.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("plugins-example", project));
    mkdirSync(join(this.#directory, "state"));
  }

  /** @param project the name of the stacks' project */
  static async start(project: string): Promise<TwoAccounts> {
    const directory = mkdtempSync(join(tmpdir(), "two-accounts-"));
    return new TwoAccounts(project, directory, await startAccounts(directory, Object.values(accounts)));
  }

  readonly named = (stack: string): string => `organization/${this.#project}/${stack}`;

  /** The words of an update without questions. */
  readonly update = (stack: string, ...more: readonly string[]): string[] => [
    ...["up", "--yes", "--skip-preview", "-s", this.named(stack)],
    ...more,
  ];

  /** Runs Pulumi. @param environment with the credentials */
  run(words: readonly string[], environment: NodeJS.ProcessEnv) {
    const own = { ...ownEnvironment(this.#directory), AWS_SESSION_TOKEN: "", AWS_REGION: "eu-west-1" };
    return runPulumi(this.#folder, words, { ...own, ...environment });
  }

  /** The same. Fails unless the command succeeds. */
  async succeed(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
    const { code, output } = await this.run(words, environment);
    assert.equal(code, 0, output);
    return output;
  }

  async stop(): Promise<void> {
    await this.moto.stop();
    rmSync(this.#directory, { recursive: true });
  }
}
