import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isExchange, parseConfiguration, parseExchange } from "@metrics-link/config";
import { exchangeOf, StackFiles, stackNames } from "@metrics-link/sandbox/cli/stack-files.ts";
import { accounts, guests, type Side, sides } from "@metrics-link/sandbox/world/accounts.ts";
import { parse } from "yaml";

const repository = join(import.meta.dirname, "..", "..", "..", "..");
const fingerprint = (digit: string) => Array.from({ length: 32 }, () => digit.repeat(2)).join(":");
const pinsOf = (side: Side, index: number) => ({
  rootFingerprints: [fingerprint(String(index))],
  addresses: [`203.0.113.${10 + index}`],
  labels: { account: accounts[side] },
});

describe("the configuration files of a sandbox", () => {
  let project: string;
  let files: StackFiles;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "stack-files-"));
    mkdirSync(join(project, "stacks"));
    files = new StackFiles(repository, project, join(project, "pki"), {
      ...{ endpointService: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0", url: "https://alerts.example" },
      ...{ ca: "ca.pem", username: "metrics-link" },
    });
  });
  afterEach(() => rmSync(project, { recursive: true }));

  const read = (stack: Side | `${Side}-exchange`) => {
    const { config } = parse(readFileSync(files.path(stack), "utf8"));
    const own = Object.entries(config).filter(([key]) => key.startsWith("metrics-link:"));
    // `pulumi config set --secret` writes it later.
    for (const { basicAuth } of config["metrics-link:prometheus"]?.alertmanagers ?? []) basicAuth.password = "secret";
    const raw = Object.fromEntries(own.map(([key, value]) => [key.replace("metrics-link:", ""), value]));
    return isExchange(raw) ? parseExchange(raw) : parseConfiguration(raw);
  };
  const receiver = () => {
    const found = read("receiver");
    assert.ok(found.role === "receiver");
    return found.senders.map(({ name, stack, labels, suspended }) => ({ name, stack, labels, suspended }));
  };
  const withPins = () => {
    for (const side of sides) files.write(side);
    files.pin("receiver", pinsOf("sender", 1));
    for (const side of ["sender", ...guests] as const) {
      const { labels: _none, ...pins } = pinsOf("receiver", 9);
      files.pin(side, pins);
    }
  };

  it("are valid for each account: no two have an account, a name or labels in common", () => {
    withPins();
    const hosts = sides.map((side) => read(side));
    for (const section of ["account", "pki"] as const) {
      const key = section === "account" ? "id" : "dnsName";
      assert.equal(new Set(hosts.map((one) => Reflect.get(one[section], key))).size, sides.length, key);
    }
    assert.deepEqual(
      hosts.map(({ account }) => account.id),
      sides.map((side) => accounts[side]),
    );
    for (const side of sides) {
      const shown = read(exchangeOf(side));
      assert.ok(shown.role === "exchange");
      assert.deepEqual([shown.account.id, shown.shows.stack], [accounts[side], `organization/metrics-link/${side}`]);
    }
  });

  it("begin with one sender, which others join, are suspended, resumed and leave", () => {
    withPins();
    assert.deepEqual(files.senders(), ["sender"]);
    for (const [index, guest] of guests.entries()) files.admit(guest, pinsOf(guest, 2 + index));
    assert.deepEqual(files.senders(), ["sender", ...guests]);
    files.suspend("receiver", "an audit", "sender-c");
    assert.deepEqual(
      receiver().map(({ name, stack, labels, suspended }) => [name, stack, labels?.account, suspended]),
      [
        ["account-a", "organization/metrics-link/sender-exchange", accounts.sender, undefined],
        ["account-c", "organization/metrics-link/sender-c-exchange", accounts["sender-c"], "an audit"],
        ["account-d", "organization/metrics-link/sender-d-exchange", accounts["sender-d"], undefined],
      ],
    );
    files.suspend("receiver", undefined, "sender-c");
    files.pin("receiver", { labels: { account: "changed" } }, "sender-d");
    files.dismiss("sender-c");
    assert.deepEqual(
      receiver().map(({ name, labels }) => [name, labels?.account]),
      [
        ["account-a", accounts.sender],
        ["account-d", "changed"],
      ],
    );
    assert.throws(() => files.suspend("receiver", "again", "sender-c"), /the receiver has no sender account-c/);
  });

  it("are removed, those of guests too, and somebody else's stay", () => {
    writeFileSync(files.path("sender-d"), "config: {}\n");
    for (const side of ["sender", "receiver", "sender-c"] as const) files.write(side);
    files.remove();
    for (const stack of [...stackNames, "sender-c", "sender-c-exchange"] as const) {
      assert.equal(existsSync(files.path(stack)), false, stack);
    }
    assert.ok(existsSync(files.path("sender-d")));
    assert.throws(() => files.write("sender-d"), /was not made by the sandbox/);
  });
});
