import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError } from "@metrics-link/contract";
import { envoyFiles, type PublicMaterial, renderReceiver, renderSender, toJson } from "@metrics-link/envoy";
import { twinOf } from "@metrics-link/envoy/read/index.ts";
import { Authority } from "./support/authority.ts";
import { validate } from "./support/envoy-process.ts";
import { examples, receiverOfOne, receiverOfTwo, sender } from "./support/examples.ts";
import { layOut, layOutService } from "./support/lay-out.ts";
import { lookupOf } from "./support/lookup-of.ts";

describe("the files of a release", () => {
  let material: PublicMaterial;
  before(() => {
    const directory = mkdtempSync(join(tmpdir(), "files-"));
    const [a, b, c] = ["a", "b", "c"].map((name) => new Authority(directory, name).root);
    rmSync(directory, { recursive: true });
    material = { certificateChain: "chain", rootBundles: { a: a ?? "", b: b ?? "", c: c ?? "" } };
  });

  it("are the bootstrap, the listener file, one file per secret, the chain and the roots, readable only by Envoy", () => {
    const files = envoyFiles(receiverOfTwo(), material);
    assert.deepEqual(
      files.map(({ path }) => path),
      [
        "envoy/bootstrap.json",
        "envoy/lds/ingest.json",
        "envoy/sds/leaf.json",
        "envoy/sds/trusted-ca-a.json",
        "envoy/sds/trusted-ca-c.json",
        "tls/certificate-chain.pem",
        "tls/roots/a.pem",
        "tls/roots/b.pem",
        "tls/roots/c.pem",
      ],
    );
    assert.deepEqual(
      [...new Set(files.map(({ mode, owner, group }) => `${mode} ${owner} ${group}`))],
      ["0640 root envoy"],
    );
  });

  it("are refused when a peer's root is missing", () => {
    const { a } = material.rootBundles;
    assert.throws(() => envoyFiles(receiverOfTwo(), { ...material, rootBundles: { a: a ?? "" } }), {
      code: "ENVOY_CONFIGURATION_INVALID",
      message: /its roots are not a file of the release: there is no tls\/roots\/c\.pem/,
    });
  });

  it("hold a peer's roots re-encoded, and are refused when the bundle contains anything else", () => {
    const { c: root = "" } = material.rootBundles;
    const withC = (c: string) =>
      envoyFiles(receiverOfTwo(), { ...material, rootBundles: { ...material.rootBundles, c } });
    const file = withC(root.replaceAll("\n", "\r\n")).find(({ path }) => path === "tls/roots/c.pem");
    assert.equal(file?.content, root);
    for (const bundle of [root + root.replaceAll("CERTIFICATE", "X509 CERTIFICATE"), `junk\n${root}`, ""]) {
      assert.throws(() => withC(bundle), { code: "ENVOY_CONFIGURATION_INVALID", message: /tls\/roots\/c\.pem/ });
    }
  });

  it("are refused when two senders share a root", () => {
    const { a } = material.rootBundles;
    assert.throws(() => envoyFiles(receiverOfTwo(), { ...material, rootBundles: { a: a ?? "", c: a ?? "" } }), {
      code: "ENVOY_CONFIGURATION_INVALID",
      message: /filter_chains\[1\] .*the root ([0-9A-F]{2}:){31}[0-9A-F]{2} is in two filter chains/,
    });
  });

  it("are refused when the secrets are missing", () => {
    assert.throws(() => envoyFiles({ ...sender(), secrets: [] }, material), {
      code: "ENVOY_CONFIGURATION_INVALID",
      message: /there is no envoy\/sds\/leaf\.json[\s\S]*there is no envoy\/sds\/trusted-ca-b\.json/,
    });
  });
});

describe("input that would change the meaning of a configuration", () => {
  const a = { name: "a", dnsName: "a.example", addresses: ["198.51.100.1"] };
  const other = { name: "c", dnsName: "c.example", addresses: ["198.51.100.2"] };
  for (const [what, senders, ...keys] of [
    ["two senders of one name", [a, { ...other, name: "a" }], "senders[1].name"],
    ["two senders of one address", [a, { ...other, addresses: a.addresses }], "senders[1].addresses"],
    ["a sender without an address", [{ ...a, addresses: [] }], "senders[0].addresses"],
    ["a network instead of an address", [{ ...a, addresses: ["198.51.100.0/24"] }], "senders[0].addresses"],
    ["a wildcard", [{ ...a, dnsName: "*.example.com" }], "senders[0].dnsName"],
    ["a name with a dot, which would split counters", [{ ...a, name: "a.b" }], "senders[0].name"],
    ["a path as a name", [{ ...a, name: "../a" }], "senders[0].name"],
    ["the name of the last chain", [{ ...a, name: "elsewhere" }], "senders[0].name"],
    ["two faults at once", [{ ...a, name: "A", dnsName: "" }], "senders[0].name", "senders[0].dnsName"],
  ] as const) {
    it(`is refused: ${what}`, () => {
      assert.throws(() => renderReceiver({ nodeId: "r", senders }), refusing(...keys));
    });
  }

  it("is refused: a receiver given as a host name instead of an address", () => {
    const receiver = { name: "b", dnsName: "b.example", addresses: ["b.example"] };
    assert.throws(() => renderSender({ nodeId: "s", receiver }), refusing("receiver.addresses"));
  });
});

function refusing(...keys: readonly string[]) {
  return (error: unknown) => {
    assert.ok(error instanceof InvalidInputError);
    assert.deepEqual(
      error.problems.map(({ key }) => key),
      keys,
    );
    return true;
  };
}

describe("Envoy's own validation (envoy --mode validate)", () => {
  let directory: string;
  let authority: Authority;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "validate-"));
    authority = new Authority(directory, "any");
  });
  after(() => rmSync(directory, { recursive: true }));

  /** As the agent does it, in the release's directory. */
  function check(twin: object, keyOf?: string): string | undefined {
    const leaf = authority.issue({ dnsName: "any.example", usage: "clientAuth" });
    const roots = { a: authority.root, b: authority.root, c: authority.root };
    layOut(directory, { ...leaf, privateKey: keyOf ?? leaf.privateKey }, roots);
    for (const listener of ["service-teleport", "queries-grafana", "queries-people"])
      layOutService(directory, listener, leaf, authority.root);
    writeFileSync(join(directory, "twin.json"), toJson(twin));
    return validate("twin.json", directory);
  }

  for (const [name, render] of Object.entries(examples)) {
    it(`accepts the static twin of ${name}`, () => assert.equal(check(twinOf(lookupOf(render()))), undefined));
  }

  it("finds, with the static twin, that a key does not match its certificate", () => {
    const { privateKey } = authority.issue({ dnsName: "other.example", usage: "clientAuth" });
    assert.match(check(twinOf(lookupOf(receiverOfOne())), privateKey) ?? "", /private key/);
  });

  it("refuses a field that it does not know", () => {
    assert.match(check({ ...twinOf(lookupOf(receiverOfOne())), unknown_field: true }) ?? "", /unknown_field/);
  });
});
