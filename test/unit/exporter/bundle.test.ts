import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError } from "@metrics-link/contract";
import { checkWebConfig } from "@metrics-link/exporter";
import { stringify } from "yaml";
import { command } from "../../../scripts/exporter/index.ts";
import { Authority, type Issued } from "../../support/authority.ts";
import { RunningExporter } from "./running.ts";

const scraper = "link-scrape.prometheus.internal";
const names = { names: `DNS:${scraper}` };
/** Of the password `right`, with a cost of 10. */
const user = "prometheus:$2b$10$zv19g16UG0CL3ZNBAdzZH.y46ueWJpDQGOTXUWHPdVaNfYR3oNY/y\n";

const withPassphrase = (key: string): string =>
  execFileSync("openssl", ["pkey", "-aes256", "-passout", "pass:secret"], { input: key, encoding: "utf8" });

describe("npm run exporter -- render", function () {
  this.timeout(60_000);
  const [clients, own] = [new Authority("clients"), new Authority("own")];
  const client = clients.issue("scraper", names);
  const server = (name: string) => own.issue("node", { names: `DNS:${name}`, usage: "serverAuth" });
  let [folder, out] = ["", ""];
  after(() => {
    for (const one of [clients, own]) one.remove();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
    out = join(folder, "out");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function render(leaf: Issued, change: object = {}, at = out): Promise<void> {
    writeFileSync(join(folder, "node.pem"), leaf.pem);
    writeFileSync(join(folder, "clients.pem"), clients.pem);
    const exporter = {
      certFile: "node.pem",
      ca: "clients.pem",
      clients: [{ name: "ops", dnsName: scraper }],
      scrapedFrom: ["10.20.1.0/28"],
      ...change,
    };
    writeFileSync(join(folder, "node.yaml"), stringify({ exporter }));
    assert.equal(await command.run(["render", join(folder, "node.yaml"), "--out", at]), 0);
    writeFileSync(join(at, "private-key.pem"), leaf.key, { mode: 0o400 });
  }
  const putTogether = (at = out) => spawnSync(join(at, "put-together.sh"), { encoding: "utf8" });
  const webConfig = (at = out) => JSON.parse(readFileSync(join(at, "web.json"), "utf8"));

  it("writes a bundle with which a real exporter lets in the named client alone, with a password where there are users", async () => {
    await render(server("node.internal"), { rate: { interval: "10ms", burst: 100 } });
    const { status, stdout, stderr } = putTogether();
    assert.deepEqual([status, stdout, stderr], [0, "web.json is written\n", ""]);
    assert.deepEqual(checkWebConfig(webConfig()), []);
    const exporter = new RunningExporter(out);
    await exporter.start();
    const asking = { client, serverRoot: own.pem, serverName: "node.internal" };
    const check = () => spawnSync(join(out, "check.sh"), [`${exporter.port}`], { encoding: "utf8" });
    try {
      assert.equal(await exporter.ask(asking), 200);
      assert.equal(typeof (await exporter.ask({ client: clients.issue("x", { names: "DNS:x.internal" }) })), "string");
      const strict = check();
      assert.deepEqual([strict.status, strict.stdout.match(/^ok/gm)?.length], [0, 4], strict.stdout);

      writeFileSync(join(out, "users"), user);
      assert.equal(putTogether().status, 0);
      assert.deepEqual(checkWebConfig(webConfig()), []);
      assert.equal(await exporter.ask(asking), 401);
      assert.equal(await exporter.ask({ ...asking, user: "prometheus:right" }), 200);

      const next = join(folder, "next");
      await render(server("next.internal"), {}, next);
      for (const file of ["web.template.json", "private-key.pem"]) {
        rmSync(join(out, file), { force: true });
        writeFileSync(join(out, file), readFileSync(join(next, file)), { mode: 0o400 });
      }
      assert.equal(putTogether().status, 0);
      const asNext = { ...asking, serverName: "next.internal", user: "prometheus:right" };
      assert.equal(await exporter.ask(asNext), 200, "without a restart");

      const { cert, key } = webConfig().tls_server_config;
      const open: readonly (readonly [object, number])[] = [
        [{}, 1],
        [{ tls_server_config: { cert, key } }, 3],
      ];
      for (const [opened, failures] of open) {
        rmSync(join(out, "web.json"));
        writeFileSync(join(out, "web.json"), JSON.stringify(opened));
        await exporter.restart();
        const { status, stdout } = check();
        assert.deepEqual([status, stdout.match(/^FAILED/gm)?.length], [1, failures], stdout);
      }
    } finally {
      await exporter.stop();
    }
  });

  it("takes a key with the text and the line ends that other tools write around it", async () => {
    const leaf = server("node.internal");
    await render(leaf);
    rmSync(join(out, "private-key.pem"));
    const bag = `Bag Attributes\n    friendlyName: "a\\b"\n${leaf.key}`.replaceAll("\n", "\r\n");
    writeFileSync(join(out, "private-key.pem"), bag);
    assert.equal(putTogether().status, 0);
    assert.match(
      webConfig().tls_server_config.key,
      /^-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END PRIVATE KEY-----\n$/,
    );
  });

  it("leaves web.json as it was if the key is another's or none, or users are none", async () => {
    const leaf = server("node.internal");
    await render(leaf);
    assert.equal(putTogether().status, 0);
    const before = readFileSync(join(out, "web.json"), "utf8");
    const key = readFileSync(join(out, "private-key.pem"), "utf8");
    const wrong: readonly (readonly [file: string, content: string, told: RegExp])[] = [
      ["private-key.pem", client.key, /private-key\.pem is not the key/],
      ["private-key.pem", "no key\n", /no private key without a passphrase/],
      ["private-key.pem", withPassphrase(leaf.key), /no private key without a passphrase/],
      ["users", "prometheus:right\n", /users is not a file with lines NAME:HASH/],
      ["users", `${user}","x":"\n`, /users is not a file/],
      ["users", "", /users is not a file/],
      ["users", "\n", /users is not a file/],
    ];
    for (const [file, content, told] of wrong) {
      rmSync(join(out, file), { force: true });
      writeFileSync(join(out, file), content);
      const { status, stderr } = putTogether();
      assert.notEqual(status, 0);
      assert.match(stderr, told);
      assert.equal(readFileSync(join(out, "web.json"), "utf8"), before);
      rmSync(join(out, file));
      writeFileSync(join(out, "private-key.pem"), key);
    }
    assert.deepEqual(
      readdirSync(out).filter((file) => /new|certificate/.test(file)),
      [],
      "nothing half-done is left",
    );
  });

  it("refuses what lets in anybody else, or is none, by key, and writes nothing", async () => {
    const leaf = server("node.internal");
    writeFileSync(join(folder, "leaf.pem"), leaf.pem);
    writeFileSync(join(folder, "both.pem"), clients.pem + own.pem);
    writeFileSync(join(folder, "old.pem"), own.issue("old", { ...names, endedAt: "20260601000000Z" }).pem);
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ clients: [] }, /exporter\.clients.*at least one client/s],
      [{ clients: [{ name: "ops", dnsName: "*.ops.internal" }] }, /exporter\.clients\[0\]\.dnsName/],
      [{ ca: "leaf.pem" }, /exporter\.ca.*roots alone/s],
      [{ ca: "both.pem" }, /exporter\.ca.*the root of one party/s],
      [{ ca: "none.pem" }, /exporter\.ca.*can be read/s],
      [{ certFile: "clients.pem" }, /exporter\.certFile.*own certificate first/s],
      [{ certFile: "old.pem" }, /exporter\.certFile.*ended 2026-06-01/s],
      [{ scrapedFrom: [] }, /exporter\.scrapedFrom.*at least one range/s],
      [{ scrapedFrom: ["0.0.0.0/0"] }, /exporter\.scrapedFrom\[0\]/],
      [{ arguments: ["--web.systemd-socket"] }, /exporter\.arguments\[0\]/],
      [{ arguments: ["--path.procfs=/proc\nExecStartPre=x"] }, /exporter\.arguments\[0\]/],
      [{ arguments: ["@/etc/flags"] }, /exporter\.arguments\[0\]/],
      [{ program: "node_exporter" }, /exporter\.program.*absolute path/s],
      [{ users: { prometheus: "x" } }, /exporter\.users/],
      [{ port: 443 }, /exporter\.port/],
    ];
    for (const [change, told] of wrong) {
      await assert.rejects(
        render(leaf, change),
        (error) => error instanceof InvalidInputError && told.test(error.message),
        JSON.stringify(change),
      );
    }
    assert.equal(existsSync(out), false);
  });

  it("writes a unit that systemd takes, with the scraper's range and port and no other", async () => {
    await render(server("node.internal"), { program: "/bin/true", arguments: ["--collector.disable-defaults"] });
    const unit = join(out, "metrics-link-exporter.service");
    const text = readFileSync(unit, "utf8");
    assert.match(text, /^ExecStart=\/bin\/true --collector\.disable-defaults --web\.listen-address=0\.0\.0\.0:9100 /m);
    assert.match(text, /^IPAddressAllow=localhost 10\.20\.1\.0\/28$/m);
    assert.match(text, /^SocketBindAllow=ipv4:tcp:9100$/m);
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
  });
});
