import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode, messageOf } from "@metrics-link/contract";
import { parseDocument } from "yaml";
import { peersOf } from "../../../scripts/stack/configured-peers.ts";
import { contextOf } from "../../../scripts/stack/context.ts";
import { StackFile } from "../../../scripts/stack/stack-file.ts";

const examples = new URL("../../../stacks/examples/", import.meta.url);
const fingerprint = (byte: string) => Array.from({ length: 32 }, () => byte).join(":");

describe("a stack's file, changed by a command", () => {
  let folder = "";
  let file: StackFile;
  const given = (role: "sender" | "receiver" | "sender-exchange") => {
    const path = join(folder, `Pulumi.${role}.yaml`);
    copyFileSync(new URL(`${role}.yaml`, examples), path);
    file = new StackFile(path);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stack-file-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("keeps every comment and every other key", () => {
    given("sender");
    const [before, comments] = [file.read(), file.text().match(/#.*/g)];
    file.setGenerations({ root: 2, otherRoots: [1], nextIntermediate: 3 });
    const after = file.read();
    assert.deepEqual(after.pki.generations, {
      ...before.pki.generations,
      root: 2,
      otherRoots: [1],
      nextIntermediate: 3,
    });
    assert.deepEqual({ ...after, pki: undefined }, { ...before, pki: undefined });
    assert.deepEqual(file.text().match(/#.*/g), comments);
  });

  const unreadable: Readonly<Record<string, readonly [string, RegExp]>> = {
    "a key twice": ["config:\n  a: 1\nconfig:\n  b: 2\n", /line 3: .*Map keys must be unique/],
    "a second document": ["config: {}\n---\nconfig: {}\n", /contains multiple documents/],
    "nothing in it": ["", /it has no keys/],
    "a comment only": ["# config:\n", /it has no keys/],
    "a list": ["- config\n", /it has no keys/],
    "a quote that does not end": ['config:\n  metrics-link:role: "sender\n', /Missing closing "quote/],
    "an unknown alias": ["config: *nowhere\n", /Unresolved alias/],
    "two errors": ["a: 1\na: 2\nb: 1\nb: 2\n", /line 2: .*\n.*line 4: /],
  };
  for (const [what, [text, told]] of Object.entries(unreadable)) {
    it(`is refused with ${what}, and not written`, () => {
      const path = join(folder, "Pulumi.sender.yaml");
      writeFileSync(path, text);
      file = new StackFile(path);
      for (const use of [() => file.read(), () => file.setGenerations({ root: 2 }), () => file.setScrapeConfigs("a")])
        assert.throws(use, (error) => hasCode(error, "STACK_FILE_INVALID") && told.test(messageOf(error)));
      assert.equal(file.text(), text);
    });
  }

  it("is read without decrypting its secrets, and keeps them unchanged", () => {
    given("sender");
    const secret = { secure: "v1:9c0ffee:ciphertext" };
    const document = parseDocument(file.text());
    const alertmanager = { url: "https://alerts.example.com", basicAuth: { username: "me", password: secret } };
    document.setIn(
      ["config", "metrics-link:prometheus", "alertmanagers"],
      [alertmanager, { url: "https://b.example.com", bearerToken: secret }],
    );
    writeFileSync(file.path, document.toString());
    assert.equal(file.read().prometheus.alertmanagers[1]?.bearerToken, "(secret)");
    assert.deepEqual(file.read().prometheus.alertmanagers[0]?.basicAuth, { username: "me", password: "(secret)" });
    file.setGenerations({ root: 2 });
    assert.match(file.text(), /secure: v1:9c0ffee:ciphertext/);
  });

  it("is refused by file and line when it is missing, is not YAML, or has wrong values", () => {
    assert.throws(() => new StackFile(join(folder, "Pulumi.nobody.yaml")).read(), {
      code: "STACK_FILE_INVALID",
      message: /Pulumi\.nobody\.yaml cannot be read: ENOENT.*; name a stack whose file is there/,
    });
    given("sender");
    writeFileSync(file.path, "config:\n  metrics-link:role: sender\n   wrong: [\n");
    assert.throws(() => file.read(), { code: "STACK_FILE_INVALID", message: /is not a YAML mapping:\n {2}- line \d/ });
    given("sender");
    writeFileSync(file.path, file.text().replace("t3.small", "t2.small"));
    assert.throws(() => file.read(), {
      code: "CONFIGURATION_INVALID",
      message: /Pulumi\.sender\.yaml has wrong values:\n {2}- line 17: metrics-link:host\.instanceType is "t2\.small"/,
    });
    writeFileSync(file.path, "");
    assert.throws(() => file.read(), { code: "STACK_FILE_INVALID", message: /it has no keys/ });
  });

  it("takes keys away that mean nothing any more", () => {
    given("receiver");
    file.setGenerations({ otherRoots: [2], nextIntermediate: 3 });
    file.setGenerations({ otherRoots: [], nextIntermediate: undefined });
    assert.doesNotMatch(file.text(), /otherRoots|nextIntermediate/);
    file.read();
  });

  it("gets pins for the named peer only, in either role", () => {
    for (const [role, peer] of [
      ["sender", "organization/metrics-link/receiver"],
      ["receiver", "organization/metrics-link/sender"],
    ] as const) {
      given(role);
      const pins = { rootFingerprints: [fingerprint("AB"), fingerprint("CD")], addresses: ["8.8.4.4"] };
      file.setPins(peer, pins);
      assert.deepEqual(peersOf(file.read()), [{ stack: peer, pins }]);
      file.setPins(peer, { ...pins, addresses: [] });
      assert.deepEqual(peersOf(file.read()), [{ stack: peer, pins: { ...pins, addresses: [] } }]);
    }
    const before = file.text();
    for (const address of ["10.0.0.1", "192.0.2.1"]) {
      const pins = { rootFingerprints: [], addresses: [address] };
      assert.throws(() => file.setPins("organization/metrics-link/sender", pins), /senders\[0\]\.addresses\[0\] is/);
    }
    assert.equal(file.text(), before);
    assert.throws(
      () => file.setPins("organization/metrics-link/other", { rootFingerprints: [], addresses: [] }),
      /no sender with the stack/,
    );
  });

  it("of an exchange stack is read for what every stack has, and refused where a host is needed", () => {
    given("sender-exchange");
    assert.deepEqual([file.readAny().role, file.readAny().policy.deviations], ["exchange", []]);
    assert.throws(() => file.read(), /an exchange stack has no host, name the one that it shows/);
    writeFileSync(file.path, file.text().replace("shows:", "shown:"));
    assert.throws(() => file.readAny(), { code: "CONFIGURATION_INVALID", message: /metrics-link:shown/ });
  });

  it("is refused if it is a copy with another stack's key for secrets, which Pulumi cannot use", () => {
    const write = (name: string, text: string) => writeFileSync(join(folder, "stacks", `Pulumi.${name}.yaml`), text);
    mkdirSync(join(folder, "stacks"));
    write("first", "encryptionsalt: v1:one\nconfig: {}\n");
    write("second", "encryptionsalt: v1:one\nconfig: {}\n");
    assert.throws(() => contextOf("second", undefined, folder), {
      code: "STACK_FILE_INVALID",
      message:
        /Pulumi\.second\.yaml is a copy of Pulumi\.first\.yaml: it has the same encryptionsalt.*pulumi stack init/,
    });
    write("second", "encryptionsalt: v1:two\nconfig: {}\n");
    assert.equal(contextOf("second", undefined, folder).stack, "second");
    write("second", "config: {}\n");
    assert.equal(contextOf("second", undefined, folder).stack, "second");
  });

  describe("with a file for each sender", () => {
    const senderFile = (name: string, content: object) => {
      mkdirSync(join(folder, "fleet/senders"), { recursive: true });
      writeFileSync(join(folder, `fleet/senders/${name}.json`), JSON.stringify(content));
    };
    const agreed = { owner: "a team", since: "2026-11-30" };
    const written = (name: string) => JSON.parse(readFileSync(join(folder, `fleet/senders/${name}.json`), "utf8"));
    const stack = "file/contract/account-x";
    beforeEach(() => {
      given("receiver");
      file = new StackFile(file.path, folder);
      writeFileSync(file.path, `${file.text()}  metrics-link:fleet: fleet/senders\n`);
      senderFile("account-x", { contract: { version: 1 }, ...agreed, rootFingerprints: [fingerprint("AA")] });
    });

    it("is read with them", () => {
      const stacks = peersOf(file.read()).map((one) => one.stack);
      assert.deepEqual(stacks, ["organization/metrics-link/sender", stack]);
    });

    it("has the pins of such a sender in that sender's file, and nothing of it in its own", () => {
      const before = file.text();
      file.setPins(stack, { rootFingerprints: [fingerprint("BB")], addresses: ["8.8.8.8"], labels: { account: "1" } });
      assert.equal(file.text(), before);
      assert.deepEqual(written("account-x"), {
        ...agreed,
        rootFingerprints: [fingerprint("BB")],
        addresses: ["8.8.8.8"],
        labels: { account: "1" },
        contract: { version: 1 },
      });
      file.setPins(stack, { rootFingerprints: [fingerprint("BB")], addresses: [] });
      assert.equal(written("account-x").addresses, undefined);
    });

    it("refuses a change that another sender contradicts, or of a file that is not right already, and writes nothing", () => {
      const before = written("account-x");
      const pins = { rootFingerprints: [fingerprint("BB")], addresses: ["8.8.4.4"] };
      assert.throws(() => file.setPins(stack, pins), {
        code: "CONFIGURATION_INVALID",
        message: /fleet\/senders\/account-x\.json, addresses\[0\] is "8\.8\.4\.4": .*account-a has it/,
      });
      assert.deepEqual(written("account-x"), before);
      senderFile("account-x", { ...before, adresses: [] });
      const add = () => file.changeSender("fleet/senders/account-x.json", (found) => ({ ...found, owner: "b" }));
      assert.throws(add, /account-x\.json, adresses is \[\]: no such key/);
      assert.equal(written("account-x").owner, "a team");
    });
  });
});
