import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { valueAt } from "@metrics-link/contract";
import { releaseFiles } from "@metrics-link/prometheus";
import { selfSigned } from "../../support/openssl.ts";
import { insideSecret, isSecret, ofType, type Registration } from "../support/recording.ts";
import { build, releaseOf } from "./stacks.ts";

describe("the secrets of a stack's configuration", () => {
  const [own, stranger] = [selfSigned("own"), selfSigned("stranger")];

  it("bring an Alertmanager's password to the host as a secret, and into no release or plain input", async () => {
    const prometheus = {
      scrapeInterval: "15s",
      externalLabels: { account: "a" },
      alertmanagers: [
        { url: "https://alertmanager.example.com", basicAuth: { username: "metrics-link", password: "the password" } },
      ],
    };
    const change = { "metrics-link:prometheus": prometheus };
    const registrations = await build("sender", { root: own.pem, change });
    for (const { type, name, inputs } of registrations) {
      const text = JSON.stringify(inputs, (_key, value) => (isSecret(value) ? "secret" : value));
      assert.doesNotMatch(text, /the password/, `${type} ${name}`);
    }
    const secret = releaseOf(registrations, "sender").secrets.find(({ path }) => path.startsWith("prometheus/"));
    assert.deepEqual(
      [secret?.path, secret?.mode, secret?.owner],
      ["prometheus/alertmanager-0.secret", "0400", "prometheus"],
    );
  });

  it("bring the scraper's own certificate and key to the host, the key in no release, only where they are asked for", async () => {
    const change = (more: object) => ({
      "metrics-link:prometheus": { scrapeInterval: "15s", externalLabels: { account: "a" }, ...more },
    });
    const without = releaseOf(await build("sender", { root: own.pem, change: change({}) }), "sender");
    assert.deepEqual(
      [...without.files, ...without.secrets].filter(({ path }) => /scrape-|tls\/scrape|exporter\//.test(path)),
      [],
    );
    const registrations = await build("sender", { root: own.pem, change: change({ scrapeIdentity: true }) });
    const { files, secrets, services } = releaseOf(registrations, "sender");
    const placed = secrets.filter(({ path }) => path.startsWith("prometheus/"));
    assert.deepEqual(
      placed.map(({ path, mode, owner }) => [path, mode, owner]),
      [
        ["prometheus/scrape/secrets/scrape-certificate", "0400", "prometheus"],
        ["prometheus/scrape/secrets/scrape-key", "0400", "prometheus"],
      ],
    );
    assert.ok(files.some(({ path, group }) => path === "tls/scrape/certificate-chain.pem" && group === "prometheus"));
    const [first] = services.find(({ unit }) => unit === "metrics-link-prometheus.service")?.onChange ?? [];
    assert.deepEqual([first?.action, first?.paths], ["nothing", placed.map(({ path }) => path)]);
  });

  it("bring an Alertmanager's client certificate only with its own key, which is a secret", async () => {
    const directory = mkdtempSync(join(tmpdir(), "client-"));
    const certificate = join(directory, "client.pem");
    const change = (key: string) => ({
      "metrics-link:prometheus": {
        scrapeInterval: "15s",
        externalLabels: { account: "a" },
        alertmanagers: [{ url: "https://alertmanager.example.com", clientCertificate: { certificate, key } }],
      },
    });
    try {
      writeFileSync(certificate, stranger.pem);
      await assert.rejects(
        build("sender", { root: own.pem, change: change(own.key) }),
        ({ message }: Error) =>
          /alertmanagers\[0\]\.clientCertificate\.key is "\(not shown: .*": the private key of/.test(message) &&
          !message.includes("PRIVATE KEY"),
      );
      const registrations = await build("sender", { root: own.pem, change: change(stranger.key) });
      const { files, secrets } = releaseOf(registrations, "sender");
      assert.equal(files.find(({ path }) => path === releaseFiles.alertmanagerCertificate(0))?.content, stranger.pem);
      assert.ok(secrets.some(({ path, mode }) => path === releaseFiles.alertmanagerKey(0) && mode === "0400"));
      assert.doesNotMatch(JSON.stringify(files), /PRIVATE KEY/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  describe("of a scrape job", () => {
    const change = (secrets: Readonly<Record<string, string>>) => ({
      "metrics-link:prometheus": {
        scrapeInterval: "15s",
        externalLabels: { account: "a" },
        scrapeConfigs: "test/program/stacks/scrape-with-secrets",
        secrets,
      },
    });

    it("bring the password to the host as a file that Prometheus alone reads, and into no release or plain input", async () => {
      const secrets = { "shop-password": "the password", unused: "another password" };
      const registrations = await build("sender", { root: own.pem, change: change(secrets) });
      for (const { type, name, inputs } of registrations) {
        const text = JSON.stringify(inputs, (_key, value) => (isSecret(value) ? "secret" : value));
        assert.doesNotMatch(text, /the password|another password/, `${type} ${name}`);
      }
      const found = releaseOf(registrations, "sender").secrets.filter(({ path }) => path.startsWith("prometheus/"));
      assert.deepEqual(
        found.map(({ path, mode, owner, group }) => [path, mode, owner, group]),
        [[releaseFiles.scrapeSecret("shop-password"), "0400", "prometheus", "prometheus"]],
      );
      const [version] = ofType(registrations, "aws:secretsmanager/secretVersion:SecretVersion", 1);
      const carried: unknown = JSON.parse(String(insideSecret(version?.inputs.secretString)));
      assert.equal(valueAt(carried, [releaseFiles.scrapeSecret("shop-password")]), "the password");
      assert.doesNotMatch(JSON.stringify(carried), /another password/);
    });

    it("stop the preview, before there is a release, if the named one is not there", async () => {
      const seen: Registration[] = [];
      await assert.rejects(
        build("sender", { root: own.pem, change: change({ "shop-pass": "hunter2" }), seen }),
        ({ message }: Error) =>
          /shop: basic_auth\.password_file is "secrets\/shop-password": a secret of the configuration/.test(message) &&
          !message.includes("hunter2"),
      );
      assert.deepEqual(
        seen.filter(({ type }) => /release|secret|bucketObject/i.test(type)),
        [],
      );
    });
  });
});
