import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openssl } from "../../../../support/openssl.ts";
import { commandOf, descendantsOf, ExampleProject, isAlive } from "../support/pulumi.ts";

const DEADLINE_MS = 90_000;

describe("the plugin stand-ins under the real engine", function () {
  this.timeout(180_000);
  let project: ExampleProject;
  const pulumi = (...words: string[]) => project.succeed(...words);
  const set = (name: string, value: string) => pulumi("config", "set", name, value);
  const file = (name: string, content: string | undefined) => {
    const path = join(project.directory, name);
    writeFileSync(path, content ?? assert.fail(`${name} is missing`));
    return path;
  };

  before(async () => {
    project = new ExampleProject();
    await project.prepare();
    await pulumi("stack", "init", "dev");
  });
  after(() => project.remove());

  it("create a stack: a certificate chain that OpenSSL verifies, and a command that ran", async () => {
    assert.match(await pulumi("up", "--yes"), /\+ 10 created/);
    const { rootPem, intermediatePem, leafPem, leafKeyPem, announced } = await project.outputs();
    assert.equal(announced, "a new root");
    const leaf = file("leaf.pem", leafPem);
    const chain = ["-CAfile", file("root.pem", rootPem), "-untrusted", file("intermediate.pem", intermediatePem)];
    assert.match(openssl("verify", "-x509_strict", "-purpose", "sslclient", ...chain, leaf), /OK/);
    assert.match(
      openssl("x509", "-in", leaf, "-noout", "-text"),
      /TLS Web Client Authentication[\s\S]*DNS:sender\.example\.org/,
    );
    assert.equal(
      openssl("pkey", "-in", file("leaf.key", leafKeyPem), "-pubout"),
      openssl("x509", "-in", leaf, "-noout", "-pubkey"),
    );
  });

  it("leave no private key in the state", () => {
    const files = readdirSync(project.state, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    assert.ok(files.length > 0);
    for (const entry of files) {
      assert.doesNotMatch(readFileSync(join(entry.parentPath, entry.name), "latin1"), /PRIVATE KEY/, entry.name);
    }
  });

  it("change nothing the second time, and find no drift", async () => {
    await pulumi("preview", "--expect-no-changes");
    await pulumi("refresh", "--yes", "--expect-no-changes");
  });

  it("run a policy pack, with the stack and its configuration", async () => {
    await pulumi("preview", "--policy-pack", "policy");
    await set("allowedCurve", "P384");
    const { code, output } = await project.run("preview", "--policy-pack", "policy");
    assert.notEqual(code, 0);
    assert.match(output, /\[mandatory\] {2}curve {2}\(tls:index\/?\w*:PrivateKey: root-key\)/);
    assert.match(output, /dev allows P384, but this is on P256/);
  });

  it("say why a policy pack does not run", async () => {
    writeFileSync(join(project.program, "policy/index.js"), 'throw new Error("no rules today");\n');
    const { code, output } = await project.run("preview", "--policy-pack", "policy");
    assert.notEqual(code, 0);
    assert.match(output, /Error: no rules today/);
    assert.match(output, /error: the policy pack in .* does not run/);
  });

  it("update in place where possible, and show the changes", async () => {
    await set("words", "again");
    const output = await pulumi("up", "--yes", "--diff");
    assert.match(output, /~ WORDS: "a new root" => "again"/);
    assert.doesNotMatch(output, /warning/, "pulumi warns about plugins that it finds on PATH");
    assert.match(output, /~ 1 updated\n\s+9 unchanged/);
    assert.equal((await project.outputs()).announced, "again");
  });

  it("replace everything else, down to the last leaf, with unknown values in the preview", async () => {
    await set("generation", "2");
    const preview = await pulumi("preview", "--diff");
    assert.match(preview, /~ commonName: "root 1" => "root 2"/);
    assert.match(preview, /~ caCertPem.* => \[unknown\]/);
    assert.match(preview, /\+-4 to replace\n\s+6 unchanged/);
    const before = await project.outputs();
    await pulumi("up", "--yes");
    const { rootPem, leafPem, leafKeyPem } = await project.outputs();
    assert.match(openssl("x509", "-in", file("root.pem", rootPem), "-noout", "-subject"), /root 2/);
    assert.notEqual(leafPem, before.leafPem);
    assert.equal(leafKeyPem, before.leafKeyPem);
    assert.equal(readFileSync(join(project.program, "withdrawn"), "utf8"), "withdrawn\n");
  });

  it("replace a certificate that is due for early renewal", async () => {
    await set("earlyRenewalHours", String(24 * 30));
    const output = await pulumi("preview");
    assert.match(output, /LocallySignedCert leaf replace \[diff: ~earlyRenewalHours\]/);
    assert.match(output, /\+-1 to replace/);
    await pulumi("config", "rm", "earlyRenewalHours");
  });

  it("refuse an unknown property and an unknown type in the preview", async () => {
    const refused = async (type: string, inputs: object) => {
      await set("wrong", JSON.stringify({ type, inputs }));
      const { code, output } = await project.run("preview");
      assert.notEqual(code, 0);
      return output;
    };
    const key = "tls:index/privateKey:PrivateKey";
    const curve = await refused(key, { algorithm: "ECDSA", ecdsaCurve: "P256", ecdsaCurv: "P384" });
    assert.match(curve, /has no property "ecdsaCurv" here \(did you mean "ecdsaCurve"\?\)/);
    assert.match(await refused("command:remote:Command", {}), /command:remote:Command is not modelled/);
    await pulumi("config", "rm", "wrong");
  });

  it("end when the engine is killed, and so do their commands", async () => {
    await set("slow", "true");
    const engine = project.start("up", "--yes", "--skip-preview");
    const running = () => descendantsOf(engine.pid ?? assert.fail());
    await eventually(() =>
      ["tail -f", "cmd/run"].every((what) => running().some((pid) => commandOf(pid).includes(what))),
    );
    const theirs = running();
    engine.kill("SIGKILL");
    await eventually(() => !theirs.some(isAlive));
    await pulumi("cancel", "--yes");
    await pulumi("config", "rm", "slow");
  });

  it("destroy the stack, and run its delete commands", async () => {
    assert.match(await pulumi("destroy", "--yes"), /- 1\d deleted/);
    assert.equal(readFileSync(join(project.program, "withdrawn"), "utf8"), "withdrawn\nwithdrawn\n");
  });
});

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("what was waited for has not come");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
