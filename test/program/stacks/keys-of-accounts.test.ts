import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { type AwsApi, clientsOf } from "@metrics-link/sandbox/cloud/api.ts";
import { type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";
import { ownEnvironment, runPulumi } from "../support/engine.ts";

const repository = resolve(import.meta.dirname, "../../..");
const packages = join(repository, "packages/sandbox");
const accounts = { a: "111111111111", b: "222222222222" } as const;
type Side = keyof typeof accounts;
const named = (stack: string) => `organization/plugins-example/${stack}`;

/** Each stack has an output; a host's has a secret besides. The reader tells what it could read. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { readOutputs } from ${JSON.stringify(join(repository, "stacks/stack-outputs.ts"))};
const config = new pulumi.Config();
export default async () => {
  const peer = config.get("peer");
  const found = peer === undefined ? {} : await readOutputs(peer, ["contract"]).catch(({ message }) => ({ error: message }));
  return { contract: "open", ...(config.getBoolean("secret") ? { key: pulumi.secret("closed") } : {}), found: JSON.stringify(found) };
};
`;

describe("stacks whose secrets are encrypted by a KMS key of each account", function () {
  this.timeout(180_000);
  const directory = mkdtempSync(join(tmpdir(), "keys-of-accounts-"));
  const folder = join(directory, "program");
  const keys: Partial<Record<Side, string>> = {};
  let moto: Moto;
  let api: AwsApi;

  before(async () => {
    cpSync(join(packages, "plugins/example"), folder, { recursive: true });
    symlinkSync(join(packages, "node_modules"), join(directory, "node_modules"));
    writeFileSync(join(folder, "index.ts"), program);
    mkdirSync(join(directory, "state"));
    moto = await startMoto({
      python: join(cacheDirectory(), "bin", "moto-python"),
      seed: "keys",
      accounts: Object.values(accounts),
      toolsAccount: "999999999999",
      deployRole: "metrics-link-deploy",
      log: join(directory, "moto.log"),
    });
    api = { endpoint: moto.endpoint, admin: (of) => moto.keys.admins[of] ?? assert.fail(of) };
    for (const side of ["a", "b"] as const) {
      const { kms } = clientsOf(api)(accounts[side], "eu-west-1");
      const { KeyMetadata } = await kms.createKey({});
      keys[side] = KeyMetadata?.Arn ?? "";
    }
    for (const side of ["a", "b"] as const) {
      const stack = `host-${side}`;
      await succeed(side, ["stack", "init", named(stack), "--secrets-provider", keyOf(side)]);
      await succeed(side, update(stack, ["-c", "secret=true"]));
    }
    await succeed("a", ["stack", "init", named("keyed"), "--secrets-provider", keyOf("a")]);
    await succeed("a", ["stack", "init", named("exchange"), "--secrets-provider", "passphrase"], open);
    await succeed("a", update("exchange"), open);
  });
  after(async () => {
    await moto.stop();
    rmSync(directory, { recursive: true });
  });

  /** Runs Pulumi with the credentials of an account. */
  const run = (side: Side, words: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
    const { accessKeyId, secretAccessKey } = api.admin(accounts[side]);
    return runPulumi(folder, words, {
      ...ownEnvironment(directory),
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: "",
      AWS_REGION: "eu-west-1",
      ...environment,
    });
  };
  const succeed = async (side: Side, words: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
    const { code, output } = await run(side, words, environment);
    assert.equal(code, 0, output);
    return output;
  };
  const keyOf = (side: Side) => `awskms:///${keys[side]}?region=eu-west-1`;
  const update = (stack: string, more: readonly string[] = []) => [
    "up",
    "--yes",
    "--skip-preview",
    "-s",
    named(stack),
    ...more,
  ];

  const open = { PULUMI_CONFIG_PASSPHRASE: "" };
  /** What an update of B's host could read of a stack. */
  const read = async (peer: string, environment: NodeJS.ProcessEnv = open) => {
    await succeed("b", update("host-b", ["-c", `peer=${named(peer)}`]), environment);
    const output = await succeed("b", ["stack", "output", "found", "-s", named("host-b")], environment);
    return JSON.parse(output) as { readonly contract?: string; readonly error?: string };
  };

  it("cannot be updated with the other account's credentials", async () => {
    const { code, output } = await run("b", update("host-a"));
    assert.notEqual(code, 0);
    assert.match(output, /AccessDenied/);
  });

  it("cannot be read by the other account: the engine opens the key for public outputs as well", async () => {
    const { contract, error = "" } = await read("host-a");
    assert.equal(contract, undefined);
    assert.match(error, /KMS: Decrypt.*AccessDenied/);
    assert.match(error, /name the peer's exchange stack, or its contract as a file$/);
  });

  it("can be read until their first update, so the first updates of a link pass", async () => {
    assert.deepEqual(await read("keyed"), {});
  });

  it("cannot be read with a key even if they hold no secret", async () => {
    await succeed("a", update("keyed"));
    assert.match((await read("keyed")).error ?? "", /KMS: Decrypt.*AccessDenied/);
  });

  it("can read an exchange stack, which has a passphrase that is no secret", async () => {
    assert.deepEqual(await read("exchange"), { contract: "open" });
    assert.deepEqual(await read("exchange", { PULUMI_CONFIG_PASSPHRASE: "another" }), { contract: "open" });
  });

  it("are told to set a passphrase where there is none in the environment", async () => {
    const { error = "" } = await read("exchange", { PULUMI_CONFIG_PASSPHRASE: undefined });
    assert.match(error, /set PULUMI_CONFIG_PASSPHRASE, empty/);
  });
});
