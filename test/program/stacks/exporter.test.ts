import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { valueAt } from "@metrics-link/contract";
import { checkWebConfigText, isAdmitting } from "@metrics-link/exporter";
import { exporterFiles } from "@metrics-link/host";
import { selfSigned } from "../../support/openssl.ts";
import { insideSecret, isSecret, ofType } from "../support/recording.ts";
import { build, releaseOf } from "./stacks.ts";

describe("a host that others scrape", function () {
  this.timeout(180_000);
  const [own, clients] = [selfSigned("own"), selfSigned("clients", "keyUsage=critical,keyCertSign,cRLSign")];
  const leaf = selfSigned("leaf", "basicConstraints=critical,CA:FALSE");
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "exporter-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const exposing = (pem: string) => {
    const ca = join(folder, "root.pem");
    writeFileSync(ca, pem);
    const exposed = { ca, clients: [{ name: "b", dnsName: "link-scrape.prometheus.internal" }] };
    return { root: own.pem, change: { "metrics-link:nodeExporter": { exposed } } };
  };

  it("has the exporter, whose web configuration is a secret that admits the client and nobody else", async () => {
    const registrations = await build("sender", exposing(clients.pem));
    const { files, secrets, services, checks } = releaseOf(registrations, "sender");
    const admits = files.find(({ path }) => path === exporterFiles.admits)?.content ?? "";
    const place = secrets.find(({ path }) => path === exporterFiles.webConfig);
    assert.deepEqual([place?.mode, place?.owner], ["0400", "node-exporter"]);
    const [version] = ofType(registrations, "aws:secretsmanager/secretVersion:SecretVersion", 1);
    const carried: unknown = JSON.parse(String(insideSecret(version?.inputs.secretString)));
    const text = String(valueAt(carried, [exporterFiles.webConfig]));
    assert.deepEqual(checkWebConfigText(text), []);
    assert.ok(isAdmitting(text, admits));
    assert.ok(checks.some(({ kind }) => kind === "webConfig"));
    const [first] = services.find(({ unit }) => unit === "metrics-link-exporter.service")?.onChange ?? [];
    assert.deepEqual([first?.action, first?.paths], ["restart", [exporterFiles.admits]]);
    for (const { type, name, inputs } of registrations) {
      const plain = JSON.stringify(inputs, (_key, value) => (isSecret(value) ? "secret" : value));
      assert.doesNotMatch(plain, /RequireAndVerifyClientCert/, `${type} ${name}`);
    }
  });

  it("is refused before anything is made, if the client's root is none", async () => {
    for (const [pem, message] of [
      [leaf.pem, /nodeExporter\.exposed\.ca.*roots alone/s],
      [clients.pem + own.pem, /nodeExporter\.exposed\.ca/],
      ["", /nodeExporter\.exposed\.ca.*one to four/s],
    ] as const)
      await assert.rejects(build("sender", exposing(pem)), message);
  });
});
