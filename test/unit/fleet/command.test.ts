import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { outputsOf, rootOf } from "./contracts.ts";
import { folder } from "./files.ts";
import { exampleReceiver, scratchReceiver } from "./scratch-receiver.ts";

const stack = "fleet-command-test";

describe("npm run fleet", () => {
  const { run, contractFile, written, files, added, at } = scratchReceiver(stack);

  it("add shows what is offered as one reads it out, pins it, and writes nothing else", async () => {
    const { code, out, err } = await added("shop", "8.8.8.8");
    assert.equal(code, 0, err);
    assert.match(out, /shop\.json offers:\n {2}roots, SHA-256\n/);
    assert.match(out, /8\.8\.8\.8 {3}\(NOT pinned\)/);
    assert.match(out, /wrote fleet\/senders\/shop\.json\. Next: commit .* alone .*pulumi up -s fleet-command-test/);
    assert.deepEqual(written("shop"), {
      owner: "team shop",
      since: new Date().toISOString().slice(0, 10),
      rootFingerprints: [rootOf("shop").fingerprint],
      addresses: ["8.8.8.8"],
      labels: { account: "shop", env: "test" },
      ...outputsOf("shop", "8.8.8.8"),
    });
    assert.deepEqual(files(), ["shop.json"]);
  });

  it("add pins what was heard, and nothing if anything else is offered", async () => {
    const from = contractFile("shop", outputsOf("shop", "8.8.8.8"));
    const words = ["shop", "--from", from, "--owner", "team shop", "--address", "8.8.8.8", "--label", "account=shop"];
    const wrong = await run("add", ...words, "--fingerprint", "ab".repeat(32));
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /heard was AB:AB.*, but offered is .*nothing was pinned/s);
    assert.deepEqual(files(), []);
    const right = await run("add", ...words, "--fingerprint", rootOf("shop").fingerprint);
    assert.equal(right.code, 0, right.err);
    assert.deepEqual(written("shop").labels, { account: "shop" });
  });

  const refused: Readonly<Record<string, readonly [object | string, RegExp]>> = {
    "a receiver's contract": [
      outputsOf("shop", "8.8.8.8", { role: "receiver", endpointAddresses: ["8.8.8.8"], endpointPort: 443 }),
      /has the contract of a receiver: a sender's is expected/,
    ],
    "no contract": [{ contractLabels: {} }, /has no `contract` yet/],
    "no JSON": ["{", /is not a contract file/],
    "a key twice": ['{"contract":1,"contract":2}', /the key contract stands twice/],
    "a private address": [outputsOf("shop", "10.0.0.1"), /egressAddresses/],
    "another sender's address": [outputsOf("shop", "8.8.4.4"), /shop\.json, addresses\[0\] is .*account-a has it/],
    "more than any contract": [JSON.stringify({ contract: "x".repeat(300_000) }), /at most 262144 bytes/],
  };
  for (const [what, [outputs, message]] of Object.entries(refused)) {
    it(`add refuses ${what}, and writes nothing`, async () => {
      const words = ["--from", contractFile("shop", outputs), "--owner", "team shop", "--yes"];
      const { code, err } = await run("add", "shop", ...words);
      assert.ok(code === 1 || code === 2, `${code}`);
      assert.match(err, message);
      assert.deepEqual(files(), []);
    });
  }

  it("add refuses a name that is taken or that no sender may have, and a stack's file that names no folder", async () => {
    const from = contractFile("shop", outputsOf("shop", "8.8.8.8"));
    for (const [name, message] of [
      ["account-a", /account-a\.json is "account-a": a name that no other sender has/],
      ["elsewhere", /not elsewhere/],
      ["../../x", /x\.json is ".*": a \.json file in/],
    ] as const) {
      const { code, err } = await run("add", name, "--from", from, "--owner", "x", "--yes");
      assert.notEqual(code, 0);
      assert.match(err, message);
    }
    copyFileSync(exampleReceiver, at.stackFile);
    const { err } = await run("add", "shop", "--from", from, "--owner", "x", "--yes");
    assert.match(err, /names no folder .*write `metrics-link:fleet: fleet\/senders` into it/);
  });

  it("update takes a new contract, keeps the old root beside the new one, and what a person wrote", async () => {
    await added("shop", "8.8.8.8");
    const twice = await added("shop", "8.8.8.8");
    assert.match(twice.err, /is there already: `update shop` takes a new contract/);
    const next = outputsOf("shop", "8.8.8.9", { rootBundle: rootOf("shop-2").pem });
    const { code, err } = await run("update", "shop", "--from", contractFile("next", next), "--yes");
    assert.equal(code, 0, err);
    const { owner, rootFingerprints, addresses, contract } = written("shop");
    assert.deepEqual(
      { owner, rootFingerprints, addresses },
      {
        owner: "team shop",
        rootFingerprints: [rootOf("shop").fingerprint, rootOf("shop-2").fingerprint],
        addresses: ["8.8.8.9"],
      },
    );
    assert.deepEqual(contract, next.contract);
  });

  it("suspend, resume and remove change the file alone, and say what to do next", async () => {
    await added("shop", "8.8.8.8");
    const before = written("shop");
    const suspended = await run("suspend", "shop", "--why", "leaf stolen");
    assert.match(suspended.out, /shop is suspended\. Next: .*open connections end/s);
    assert.deepEqual(written("shop"), { ...before, suspended: "leaf stolen" });
    assert.match((await run("suspend", "shop", "--why", "an audit")).out, /suspended already: "leaf stolen"/);
    assert.match((await run("resume", "shop")).out, /no longer suspended/);
    assert.deepEqual(written("shop"), before);
    assert.match((await run("resume", "shop")).err, /shop is not suspended/);
    assert.match((await run("remove", "shop")).out, /removed .*What it has written stays stored/s);
    assert.deepEqual(files(), [".gitkeep"]);
    for (const [name, message] of [
      ["shop", /has no sender called shop; take one of account-a.*SENDER_UNKNOWN/s],
      ["account-a", /has no file of its own: it is metrics-link:senders\[0\] in .*Pulumi\.fleet-command-test\.yaml/],
    ] as const) {
      const { code, err } = await run("remove", name);
      assert.equal(code, 1);
      assert.match(err, message);
      assert.doesNotMatch(err, /Usage:/);
    }
  });

  it("list says what was not asked, and makes up no value", async () => {
    await added("shop", "8.8.8.8");
    await run("suspend", "shop", "--why", "leaf stolen");
    const { code, out } = await run("list", "--files-only", "--json");
    assert.equal(code, 0);
    const { deployed, senders } = JSON.parse(out);
    assert.equal(deployed, "not asked");
    const [listed, own] = [senders[1], senders[0]];
    assert.deepEqual([own.name, own.owner, own.source], ["account-a", null, `stacks/Pulumi.${stack}.yaml`]);
    const { lastSeen, samplesPerSecond, series, leafNotAfter, leafDaysLeft, version, reasons, state } = listed;
    for (const value of [lastSeen, samplesPerSecond, series, leafNotAfter, leafDaysLeft, version])
      assert.equal(value, null);
    assert.deepEqual(new Set(Object.values(reasons)), new Set(["not asked"]));
    assert.deepEqual(state, { word: "suspended", why: "leaf stolen" });
    const page = join(at.mail, "fleet.html");
    const text = await run("list", "--files-only", "--out", page);
    assert.match(text.out, /shop.*team shop.*suspended: leaf stolen.*not asked/);
    assert.match(readFileSync(page, "utf8"), /team shop/);
  });

  it("verify finds a file that cannot be used, by its path and key, with its exit code", async () => {
    await added("shop", "8.8.8.8");
    const good = await run("verify", "--files-only");
    assert.equal(good.code, 0, good.out);
    assert.match(good.out, /2 senders; Envoy has room for 4/);
    writeFileSync(join(at.checkout, folder, "other.json"), '{"owner":"x","owner":"y"}');
    const bad = await run("verify", "--files-only");
    assert.equal(bad.code, 1);
    assert.match(bad.out, /^critical: .*other\.json is .*the key owner stands twice/s);
  });

  it("refuses options that a command does not take", async () => {
    for (const words of [
      ["list", "--why", "x"],
      ["suspend", "shop", "--yes"],
      ["remove", "shop", "--address", "8.8.8.8"],
      ["list", "shop"],
      ["remove"],
      ["list", "--url", "ftp://x"],
      ["list", "--files-only", "--host"],
    ]) {
      const { code } = await run(...words);
      assert.equal(code, 2, words.join(" "));
    }
  });

  describe("with a Prometheus to ask", () => {
    let server: Server;
    const queries: string[] = [];
    let answers: (query: string) => readonly object[] = () => [];
    before(async () => {
      server = createServer((request, response) => {
        const query = new URL(request.url ?? "", "http://x").searchParams.get("query") ?? "";
        queries.push(query);
        response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result: answers(query) } }));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    after(() => server.close());

    it("list has what that answers, by certificate or by pinned labels, and the rest says why not", async () => {
      await added("shop", "8.8.8.8");
      const labels = { account: "shop", env: "test" };
      const at = 1_796_000_000;
      answers = (query) => {
        const one = (metric: object, value: number) => [{ metric, value: [at, `${value}`] }];
        if (query.startsWith("max_over_time")) return one({ envoy_http_conn_manager_prefix: "sender_shop" }, at);
        if (query.includes("head_series")) return one({ ...labels, link_side: "sends" }, 1234);
        if (query.includes("prometheus_build_info")) return one({ ...labels, version: "3.13.5" }, 1);
        // Another account's in the same environment.
        if (query.includes("samples_total")) return one({ ...labels, account: "other" }, 7);
        return [];
      };
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { out, err, code } = await run("list", "--url", url, "--json");
      assert.equal(code, 0, err);
      const { lastSeen, series, version, samplesPerSecond, leafDaysLeft, reasons } = JSON.parse(out).senders[1];
      assert.deepEqual(
        { lastSeen, series, version, samplesPerSecond, leafDaysLeft },
        {
          lastSeen: new Date(at * 1000).toISOString(),
          series: 1234,
          version: "Prometheus 3.13.5",
          samplesPerSecond: null,
          leafDaysLeft: null,
        },
      );
      assert.deepEqual(reasons, { samplesPerSecond: "none stored", leafNotAfter: "none stored" });
    });

    it("list says that nothing is known while nobody answers", async () => {
      await added("shop", "8.8.8.8");
      const { code, out } = await run("list", "--url", "http://127.0.0.1:1", "--json");
      assert.equal(code, 0);
      assert.match(JSON.parse(out).senders[0].reasons.lastSeen, /^not known: http:\/\/127\.0\.0\.1:1 does not answer/);
    });
  });
});
