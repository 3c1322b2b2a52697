import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { ExampleProject } from "../sandbox/plugins/support/pulumi.ts";

const pack = resolve(import.meta.dirname, "../../../packages/policy");

/** A key and a request for a name that is known only when the key is there. */
const program = `
import { Config } from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
const { curve, name } = new Config("try").requireObject("it");
const key = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: curve });
new tls.CertRequest("receiver-leaf-g1", { privateKeyPem: key.privateKeyPem, dnsNames: [key.id.apply(() => name)] });
`;
const name = "metrics-ingest.account-b.internal";
const fingerprint = Array(32).fill("00").join(":");
const stack = {
  "metrics-link:role": "receiver",
  "metrics-link:account": { id: "222222222222", region: "eu-west-1" },
  "metrics-link:network": { cidr: "10.20.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] },
  "metrics-link:host": { imageId: "ami-0deb1a13000000001", instanceType: "t3.small" },
  "metrics-link:pki": { organization: "Account B Metrics", dnsName: name, artefacts: "pki" },
  "metrics-link:prometheus": {},
  "metrics-link:senders": [{ name: "a", stack: "organization/metrics-link/sender", rootFingerprints: [fingerprint] }],
};
const deviation = {
  policy: "keys-are-p256",
  reason: "the old machine knows no other curve",
  until: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
};

describe("the pack under the real engine", function () {
  this.timeout(120_000);
  let project: ExampleProject;

  before(async () => {
    project = new ExampleProject();
    await project.prepare();
    const runtime = { name: "nodejs", options: { typescript: false } };
    rmSync(join(project.program, "policy"), { recursive: true });
    writeFileSync(join(project.program, "index.ts"), program);
    writeFileSync(join(project.program, "Pulumi.yaml"), stringify({ name: "metrics-link", runtime, main: "index.ts" }));
    await project.succeed("stack", "init", "dev");
  });
  after(() => project.remove());

  const judged = (command: readonly string[], it: object, policy: object = {}) => {
    const config = { ...stack, "metrics-link:policy": policy, "try:it": { curve: "P256", name, ...it } };
    writeFileSync(join(project.program, "Pulumi.dev.yaml"), stringify({ config }));
    return project.run(...command, "--policy-pack", pack);
  };

  it("reports in a preview what it cannot decide, without stopping it", async () => {
    const { code, output } = await judged(["preview"], {});
    assert.equal(code, 0, output);
    assert.match(output, /\[advisory\] {2}leaves-have-one-side[^\n]*receiver-leaf-g1\)\n\s+not yet decidable: /);
    assert.doesNotMatch(output, /\[mandatory\]/);
  });

  it("decides it in the update, before the resource is created", async () => {
    const { code, output } = await judged(["up", "--yes", "--skip-preview"], { name: "*.account-b.internal" });
    assert.notEqual(code, 0);
    assert.match(output, /\[mandatory\] {2}leaves-have-one-side/);
    assert.match(output, /it asks for \*\.account-b\.internal; the names are metrics-ingest/);
    assert.doesNotMatch(await project.succeed("stack", "--show-urns"), /CertRequest/);
  });

  it("stops a preview with the policy's name and remedy, unless a deviation is recorded", async () => {
    const stopped = await judged(["preview"], { curve: "P384" });
    assert.notEqual(stopped.code, 0);
    assert.match(
      stopped.output,
      /\[mandatory\] {2}keys-are-p256[^\n]*\n\s+ecdsaCurve is P384 instead of P256\. Set algorithm/,
    );
    const { code, output } = await judged(["preview"], { curve: "P384" }, { deviations: [deviation] });
    assert.equal(code, 0, output);
    assert.match(output, /\[advisory\] {2}keys-are-p256[^\n]*\n\s+deviation until \d{4}-\d\d-\d\d \(the old machine/);
    assert.match(output, /\[advisory\] {2}deviations-are-written/);
  });

  it("uses levels and parameters from CrossGuard's configuration", async () => {
    const file = join(project.program, "policies.json");
    writeFileSync(file, JSON.stringify({ "keys-are-p256": "advisory", "deviations-are-written": { days: 0 } }));
    const elsewhere = { ...deviation, policy: "no-login" };
    const command = ["preview", "--policy-pack-config", file];
    const { code, output } = await judged(command, { curve: "P384" }, { deviations: [elsewhere] });
    assert.notEqual(code, 0);
    assert.match(output, /\[advisory\] {2}keys-are-p256[^\n]*\n\s+ecdsaCurve is P384/);
    assert.match(
      output,
      /\[mandatory\] {2}deviations-are-written[^\n]*\n\s+the deviation from no-login lasts until .*, more than 0 days/,
    );
  });
});
