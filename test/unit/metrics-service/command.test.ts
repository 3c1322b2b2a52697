import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fingerprintOf, InvalidInputError } from "@metrics-link/contract";
import { stringify } from "yaml";
import { command } from "../../../scripts/metrics-service/index.ts";
import { Authority } from "../envoy/support/authority.ts";
import { validate } from "../envoy/support/envoy-process.ts";

describe("npm run metrics-service -- render", () => {
  let directory: string;
  let ops: Authority;
  let out: string;
  let key: string;
  const folder = "tls/services/service-teleport";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "bundle-"));
    out = join(directory, "out");
    ops = new Authority(directory, "ops");
    const leaf = new Authority(directory, "own").issue({ dnsName: "teleport.internal", usage: "serverAuth" });
    key = leaf.privateKey;
    writeFileSync(join(directory, "leaf.pem"), leaf.certificateChain);
    writeFileSync(join(directory, "root.pem"), ops.root);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const service = (change: object = {}) => ({
    name: "teleport",
    enabled: true,
    listenAddr: "0.0.0.0:3081",
    keypairs: [{ certFile: "leaf.pem" }],
    caCerts: [{ file: "root.pem", fingerprints: [fingerprintOf(ops.root)] }],
    clients: [{ name: "ops", dnsName: "prometheus.ops.internal", addresses: ["10.30.0.5"] }],
    upstream: { address: "unix:/run/teleport/metrics.sock" },
    ...change,
  });
  function render(change: object = {}): Promise<number> {
    const file = join(directory, "services.yaml");
    writeFileSync(file, stringify({ metricsServices: [service(change)] }));
    return command.run(["render", file, "--out", out]);
  }

  it("writes what Envoy validates once the key is there, and no key", async () => {
    assert.equal(await render(), 0);
    assert.equal(existsSync(join(out, folder, "private-key.pem")), false);
    writeFileSync(join(out, folder, "private-key.pem"), key);
    assert.equal(validate("envoy/static-twin.json", out), undefined);
    const unit = readFileSync(join(out, "metrics-link-services.service"), "utf8");
    assert.match(unit, /^SocketBindAllow=ipv4:tcp:3081$/m);
    assert.match(unit, /^IPAddressAllow=localhost 10\.30\.0\.5$/m);
    assert.ok(readdirSync(out).includes("README.md") && readdirSync(out).includes("check.sh"));
  });

  it("refuses what is not whole, naming key and remedy, and writes nothing", async () => {
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ caCerts: [{ file: "root.pem", fingerprints: ["a".repeat(64)] }] }, /caCerts\[0\]\.fingerprints/],
      [{ caCerts: [{ file: "none.pem", fingerprints: ["a".repeat(64)] }] }, /caCerts\[0\]\.file/],
      [{ clients: [] }, /clients/],
      [{ keypairs: [{ certFile: "leaf.pem", keySecret: "x" }] }, /keySecret/],
      [{ mtls: false }, /listenAddr/],
    ];
    for (const [change, expected] of wrong) {
      await assert.rejects(
        render(change),
        (error) => error instanceof InvalidInputError && expected.test(error.message),
      );
    }
    assert.equal(existsSync(out), false);
  });

  it("refuses a folder that is there, and a file without a service that listens", async () => {
    await assert.rejects(render({ enabled: false }), /at least one service/);
    await assert.rejects(command.run(["render", join(directory, "root.pem"), "--out", directory]), /--out/);
  });
});
