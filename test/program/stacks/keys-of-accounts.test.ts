import assert from "node:assert/strict";
import { clientsOf } from "@metrics-link/sandbox/cloud/api.ts";
import { accounts, type Side, TwoAccounts } from "../support/two-accounts.ts";

interface Reading {
  readonly environment?: NodeJS.ProcessEnv;
  readonly own?: boolean;
}

const open = { PULUMI_CONFIG_PASSPHRASE: "" };

describe("stacks whose secrets are encrypted by a KMS key of each account", function () {
  this.timeout(180_000);
  const keys: Partial<Record<Side, string>> = {};
  let both: TwoAccounts;

  before(async () => {
    both = await TwoAccounts.start("plugins-example");
    for (const side of ["a", "b"] as const) {
      const { kms } = clientsOf(both.api)(accounts[side], "eu-west-1");
      const { KeyMetadata } = await kms.createKey({});
      keys[side] = KeyMetadata?.Arn ?? "";
    }
    for (const side of ["a", "b"] as const) {
      const stack = `host-${side}`;
      await succeed(side, ["stack", "init", both.named(stack), "--secrets-provider", keyOf(side)]);
      await succeed(side, both.update(stack, "-c", "secret=true"));
    }
    await succeed("a", ["stack", "init", both.named("keyed"), "--secrets-provider", keyOf("a")]);
    await succeed("a", ["stack", "init", both.named("exchange"), "--secrets-provider", "passphrase"], open);
    await succeed("a", both.update("exchange"), open);
  });
  after(() => both.stop());

  /** The credentials of an account. */
  const as = (side: Side): NodeJS.ProcessEnv => {
    const { accessKeyId, secretAccessKey } = both.api.admin(accounts[side]);
    return {
      AWS_ENDPOINT_URL: both.moto.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
  };
  const succeed = (side: Side, words: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
    both.succeed(words, { ...as(side), ...environment });
  const keyOf = (side: Side) => `awskms:///${keys[side]}?region=eu-west-1`;

  /** What an update of B's host could read of a stack. @param own by the engine, as a stack of its own account */
  const read = async (stack: string, { environment = open, own = false }: Reading = {}) => {
    const words = both.update("host-b", "-c", `peer=${both.named(stack)}`, "-c", `own=${own}`);
    await succeed("b", words, environment);
    const output = await succeed("b", ["stack", "output", "found", "-s", both.named("host-b")], environment);
    return JSON.parse(output) as { readonly contract?: string; readonly error?: string };
  };

  it("cannot be updated with the other account's credentials", async () => {
    const { code, output } = await both.run(both.update("host-a"), as("b"));
    assert.notEqual(code, 0);
    assert.match(output, /AccessDenied/);
  });

  it("are read by the other account without the key: `pulumi stack output` opens none", async () => {
    assert.deepEqual(await read("host-a"), { contract: "open" });
  });

  it("cannot be read by the engine of the other account, which opens the key for public outputs as well", async () => {
    const { contract, error = "" } = await read("host-a", { own: true });
    assert.equal(contract, undefined);
    assert.match(error, /KMS: Decrypt.*AccessDenied/);
    assert.match(error, /the key of that stack, which must be this account's$/);
  });

  it("can be read until their first update, so the first updates of a link pass", async () => {
    for (const own of [true, false]) assert.deepEqual(await read("keyed", { own }), {});
  });

  it("cannot be read by that engine even if they hold no secret", async () => {
    await succeed("a", both.update("keyed"));
    assert.match((await read("keyed", { own: true })).error ?? "", /KMS: Decrypt.*AccessDenied/);
  });

  it("can read an exchange stack, which has a passphrase that is no secret", async () => {
    for (const own of [true, false]) {
      assert.deepEqual(await read("exchange", { own }), { contract: "open" });
      const environment = { PULUMI_CONFIG_PASSPHRASE: "another" };
      assert.deepEqual(await read("exchange", { own, environment }), { contract: "open" });
    }
  });

  it("need a passphrase in the environment for the account's own exchange stack, and none for a peer's", async () => {
    const environment = { PULUMI_CONFIG_PASSPHRASE: undefined };
    assert.deepEqual(await read("exchange", { environment }), { contract: "open" });
    const { error = "" } = await read("exchange", { environment, own: true });
    assert.match(error, /set PULUMI_CONFIG_PASSPHRASE, empty/);
  });
});
