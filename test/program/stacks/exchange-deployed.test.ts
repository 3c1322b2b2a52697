import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { readContract } from "@metrics-link/contract";
import { parseDocument } from "yaml";
import { selfSigned } from "../../support/openssl.ts";
import { type Engine, startEngine } from "../support/engine.ts";

const repository = resolve(import.meta.dirname, "../../..");
const pack = join(repository, "packages/policy");

describe("an exchange stack, by Pulumi's real engine", function () {
  this.timeout(300_000);
  let engine: Engine;
  let project: string;
  let file: string;

  before(async () => {
    engine = await startEngine("111111111111");
    project = join(engine.directory, "project");
    mkdirSync(join(project, "stacks"), { recursive: true });
    symlinkSync(join(repository, "stacks"), join(project, "program"));
    const description = parseDocument(readFileSync(join(repository, "Pulumi.yaml"), "utf8"));
    description.set("main", "program");
    writeFileSync(join(project, "Pulumi.yaml"), description.toString());
    const folder = join(engine.directory, "pki");
    mkdirSync(folder);
    writeFileSync(join(folder, "root-g1.pem"), selfSigned("root").pem);
    const document = parseDocument(readFileSync(join(repository, "stacks/examples/sender-exchange.yaml"), "utf8"));
    document.setIn(["config", "metrics-link:pki", "artefacts"], relative(repository, folder));
    file = join(project, "stacks/Pulumi.account-a.yaml");
    writeFileSync(file, document.toString());
    await engine.succeed(project, ["stack", "init", "account-a", "--secrets-provider", "passphrase"]);
  });
  after(() => engine?.stop());

  it("is updated before its host stack exists, under every policy", async () => {
    await engine.succeed(project, ["up", "--yes", "--skip-preview", "-s", "account-a", "--policy-pack", pack]);
    const text = await engine.succeed(project, ["stack", "output", "contract", "--json", "-s", "account-a"]);
    const contract = readContract("a/b/c", JSON.parse(text)) ?? assert.fail(text);
    assert.deepEqual([contract.role, contract.trusts], ["sender", []]);
  });

  it("changes nothing in another update, and has no secret in its state", async () => {
    const output = await engine.succeed(project, ["preview", "-s", "account-a", "--expect-no-changes"]);
    assert.doesNotMatch(output, /warning: (?!using )/);
    const state = await engine.succeed(project, ["stack", "export", "-s", "account-a"]);
    assert.doesNotMatch(state, /PRIVATE KEY|"ciphertext"/);
  });

  it("cannot be destroyed by mistake", async () => {
    const { code, output } = await engine.run(project, ["destroy", "--yes", "--skip-preview", "-s", "account-a"]);
    assert.notEqual(code, 0);
    assert.match(output, /protected/);
  });

  it("is refused with a key, which no peer has", async () => {
    const { KeyMetadata } = await engine.aws.kms.createKey({});
    const provider = `awskms:///${KeyMetadata?.Arn}?region=eu-west-1`;
    const change = ["stack", "change-secrets-provider", provider, "-s", "account-a"];
    await engine.succeed(project, change, engine.administrator);
    assert.match(readFileSync(file, "utf8"), /^secretsprovider: awskms:/m);
    const { code, output } = await engine.run(project, ["preview", "-s", "account-a"], engine.administrator);
    assert.notEqual(code, 0);
    assert.match(output, /secretsprovider is "awskms:[^"]*": passphrase: with a key no peer can read this stack/);
  });
});
