import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { ExampleProject } from "../sandbox/plugins/support/pulumi.ts";

const repository = resolve(import.meta.dirname, "../../..");
const stateOf = (project: ExampleProject, stack: string) =>
  join(project.state, ".pulumi/stacks/plugins-example", `${stack}.json`);
const named = (stack: string) => `organization/plugins-example/${stack}`;

/** A program that says something of itself, and tells what it could read of others. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import "@pulumi/command/local/index.js"; // The SDK builds the resources of packages that the program knows.
import { readOutputs } from ${JSON.stringify(join(repository, "stacks/stack-outputs.ts"))};
import { readPeerOutputs } from ${JSON.stringify(join(repository, "stacks/peer-outputs.ts"))};
const config = new pulumi.Config();
const read = async (stack) => {
  if (config.get("by") === "reference") {
    const { value } = await new pulumi.StackReference(stack, { name: stack }).getOutputDetails("contract");
    return { contract: value };
  }
  if (config.get("by") === "invoke") {
    const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
    return { contract: outputs?.contract };
  }
  return (config.get("by") === "peer" ? readPeerOutputs : readOutputs)(stack, ["contract"]);
};
export default async () => {
  const found = {};
  for (const stack of config.getObject("stacks") ?? []) {
    found[stack] = await read(stack).catch(({ message }) => ({ error: message }));
  }
  return { contract: config.getBoolean("secret") ? pulumi.secret("closed") : "open", found: JSON.stringify(found) };
};
`;

interface State {
  readonly checkpoint: {
    readonly latest: {
      secrets_providers?: unknown;
      readonly resources: readonly { readonly outputs?: Readonly<Record<string, unknown>> }[];
    };
  };
}

interface Found {
  readonly contract?: unknown;
  readonly error?: string;
}

/** The state of a stack as its owner can write it. @param outputs JSON, of any depth */
const stateWith = (stack: string, outputs: string) =>
  `{"version":3,"checkpoint":{"stack":"${named(stack)}","latest":{
    "manifest":{"time":"2026-01-01T00:00:00Z","magic":"","version":""},"resources":[{
    "urn":"urn:pulumi:${stack}::plugins-example::pulumi:pulumi:Stack::plugins-example-${stack}",
    "custom":false,"type":"pulumi:pulumi:Stack","outputs":${outputs}}]}}}`;

describe("the outputs of other stacks, under the real engine", function () {
  this.timeout(180_000);
  let project: ExampleProject;
  const pulumi = (...words: string[]) => project.succeed(...words);

  before(async () => {
    project = new ExampleProject();
    await project.prepare();
    writeFileSync(join(project.program, "index.ts"), program);
    for (const stack of ["good", "destroyed", "gone", "damaged", "reader"]) {
      await pulumi("stack", "init", named(stack));
      if (stack !== "reader") await pulumi("up", "--yes", "--skip-preview", "-s", named(stack));
    }
    await pulumi("destroy", "--yes", "--skip-preview", "-s", named("destroyed"));
    rmSync(stateOf(project, "gone"));
    writeFileSync(stateOf(project, "damaged"), '{"version":3,"checkpoint":{');
    await pulumi("stack", "select", named("reader"));
    for (const [index, stack] of ["good", "destroyed", "gone", "damaged", "never"].entries()) {
      await pulumi("config", "set", "--path", `stacks[${index}]`, named(stack));
    }
  });
  after(() => project.remove());

  it("are read, or are an error that the program can catch, and the update continues", async () => {
    await pulumi("up", "--yes", "--skip-preview");
    const { found = "" } = await project.outputs();
    const read = JSON.parse(found) as Record<string, { contract?: string; error?: string }>;
    assert.equal(read[named("good")]?.contract, "open");
    assert.deepEqual(read[named("destroyed")], {});
    for (const stack of ["gone", "never"]) assert.match(read[named(stack)]?.error ?? "", /unknown stack/, stack);
    assert.match(read[named("damaged")]?.error ?? "", /failed to load checkpoint/);
  });

  describe("written by a hostile peer", () => {
    const signatureKey = "4dabf18193072939515e22adb298388d";
    const marked = (signature: string, more: object) => JSON.stringify({ [signatureKey]: signature, ...more });
    const reference = marked("5cf8f73096256a8f31e491e813e4eb8e", {
      urn: "urn:pulumi:x::y::command:local:Command::z",
      id: "z",
      packageVersion: "",
    });
    const nested = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
    const depths = [40, 1000, 1250, 1500, 2000];
    const outputs: Readonly<Record<string, string>> = {
      reference: `{"contract":${reference},"other":${reference}}`,
      elsewhere: `{"contract":{"version":1},"other":${reference}}`,
      ...Object.fromEntries(depths.map((depth) => [`nested-${depth}`, `{"contract":{"x":${nested(depth)}}}`])),
      "nested-elsewhere": `{"contract":{"version":1},"other":${nested(1250)}}`,
      big: `{"contract":{"version":1},"other":"${"x".repeat(5_000_000)}"}`,
      unknown: '{"contract":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"}',
      asset: `{"contract":${marked("c44067f5952c0a294b673a41bacd8c17", { path: "/etc/passwd", hash: "x" })}}`,
      mark: `{"contract":${marked("other", { value: 1 })}}`,
      secret: `{"contract":${marked("1b47061264138c4ac30d75fd1eb44270", { ciphertext: "v1:garbage" })}}`,
      keys: '{"contract":{"__proto__":{"version":1},"hasOwnProperty":1,"then":1}}',
    };
    const found = new Map<string, { readonly contract?: unknown; readonly error?: string }>();

    const readers = (by: string, stacks: readonly string[]) => {
      const stated = { by, stacks: JSON.stringify(stacks.map(named)) };
      const config = Object.entries(stated).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
      return project.run("up", "--yes", "--skip-preview", ...config);
    };

    before(async () => {
      for (const [stack, text] of Object.entries(outputs))
        writeFileSync(stateOf(project, stack), stateWith(stack, text));
      const { code, output } = await readers("readOutputs", Object.keys(outputs));
      assert.equal(code, 0, output);
      const read = JSON.parse((await project.outputs()).found ?? "") as Record<string, { contract?: unknown }>;
      for (const stack of Object.keys(outputs)) found.set(stack, read[named(stack)] ?? {});
    });

    for (const stack of ["reference", "elsewhere", "nested-1500"]) {
      it(`${stack}: would end the whole update if the SDK read it`, async () => {
        assert.notEqual((await readers("invoke", [stack])).code, 0);
      });
    }

    it("turn a resource reference into the resource's id", () => {
      assert.equal(found.get("reference")?.contract, "z");
      assert.deepEqual(found.get("elsewhere"), { contract: { version: 1 } });
    });

    it("are an error if a requested output nests too deeply; other outputs are ignored", () => {
      for (const depth of depths) {
        assert.match(found.get(`nested-${depth}`)?.error ?? "", /^its outputs nest deeper than 32 levels/);
      }
      assert.deepEqual(found.get("nested-elsewhere"), { contract: { version: 1 } });
    });

    it("are an error if too large", () => {
      assert.match(found.get("big")?.error ?? "", /^its outputs have \d+ bytes; the limit is 4194304/);
    });

    it("arrive as plain data, or as an error, if Pulumi marks them", () => {
      assert.equal(found.get("unknown")?.contract, "04da6b54-80e4-46f7-96ec-b56ff0331ba9");
      assert.equal(JSON.stringify(found.get("asset")).includes("/etc/passwd"), true);
      assert.match(found.get("mark")?.error ?? "", /unrecognized signature/);
      assert.match(found.get("secret")?.error ?? "", /decrypt/);
      assert.deepEqual(Object.keys(found.get("keys")?.contract ?? {}).toSorted(), ["hasOwnProperty", "then"]);
    });
  });

  describe("of a hostile peer, read without opening its state in the engine", () => {
    /** What listens where the state says the key is. */
    let key: Server;
    const open = new Set<Socket>();
    let calls = 0;
    let answer: string | undefined;
    const credentials = { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", AWS_SESSION_TOKEN: "x" };
    const ofTests = Object.fromEntries(Object.keys(credentials).map((name) => [name, process.env[name]]));

    before(async () => {
      key = createServer((socket) => {
        open.add(socket);
        socket.on("error", () => undefined);
        socket.on("data", () => {
          calls += 1;
          if (answer !== undefined) socket.end(answer);
        });
      });
      await new Promise<void>((done) => key.listen(0, "127.0.0.1", done));
      Object.assign(process.env, credentials);
      await pulumi("stack", "init", "--no-select", named("victim"));
      await pulumi("up", "--yes", "--skip-preview", "-s", named("victim"), "-c", "secret=true");
    });
    beforeEach(() => {
      calls = 0;
      answer = undefined;
    });
    after(() => {
      for (const [name, value] of Object.entries(ofTests)) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
      for (const socket of open) socket.destroy();
      key.close();
    });

    /** Writes the state of a peer. @param providers its `secrets_providers` */
    const write = (stack: string, outputs: object, providers?: unknown) => {
      const state = JSON.parse(stateWith(stack, JSON.stringify(outputs))) as State;
      if (providers !== undefined) state.checkpoint.latest.secrets_providers = providers;
      writeFileSync(stateOf(project, stack), JSON.stringify(state));
    };
    /** A key of the cloud, where the server of this test is. */
    const elsewhere = () => {
      const { port } = key.address() as { readonly port: number };
      const url = `awskms:///alias/x?region=eu-west-1&awssdk=v2&endpoint=http://127.0.0.1:${port}`;
      return { type: "cloud", state: { url, encryptedkey: Buffer.from("x".repeat(64)).toString("base64") } };
    };
    /** What an update reads of a stack. */
    const found = async (by: "peer" | "readOutputs", stack: string) => {
      const stacks = JSON.stringify([named(stack)]);
      await pulumi("up", "--yes", "--skip-preview", "-s", named("reader"), "-c", `by=${by}`, "-c", `stacks=${stacks}`);
      const read = JSON.parse((await project.outputs()).found ?? "") as Record<string, Found>;
      return read[named(stack)] ?? {};
    };

    it("are read while the address of its key never answers, and nobody calls that address", async () => {
      write("silent-key", { contract: "open" }, elsewhere());
      assert.deepEqual(await found("peer", "silent-key"), { contract: "open" });
      assert.equal(calls, 0);
    });

    it("are refused if they hold a ciphertext of the reader's, which nobody decrypts", async () => {
      const { checkpoint } = JSON.parse(readFileSync(stateOf(project, "victim"), "utf8")) as State;
      const { secrets_providers: providers, resources } = checkpoint.latest;
      const ciphertext = resources[0]?.outputs?.contract;
      assert.match(JSON.stringify(ciphertext), /"ciphertext":"v1:/);
      write("oracle", { contract: { role: ciphertext } }, providers);
      const { contract, error = "" } = await found("peer", "oracle");
      assert.equal(contract, undefined);
      assert.equal(error, "its output contract holds a secret, and a peer has none to show");
      // So the engine reads no peer.
      assert.deepEqual(await found("readOutputs", "oracle"), { contract: { role: "closed" } });
    });

    it("are an error if one megabyte unpacks to a gigabyte, with two gigabytes of memory at most", async () => {
      const state = Buffer.from(stateWith("bomb", '{"contract":"open"}'));
      const spaces = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
      const file = `${stateOf(project, "bomb")}.gz`;
      writeFileSync(file, Buffer.concat([...Array.from({ length: 16 }, () => spaces), gzipSync(state)]));
      const { error } = await found("peer", "bomb");
      assert.equal(error, "its state takes more than 2 GiB of memory");
    });

    it("have words if the engine gives none for a key that it cannot open", async () => {
      answer =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 36\r\n" +
        'Connection: close\r\n\r\n{"__type":"NotFoundException","a":1}';
      write("refused-key", { contract: "open" }, elsewhere());
      assert.match((await found("readOutputs", "refused-key")).error ?? "", /the engine gave no reason/);
      assert.ok(calls > 0);
      assert.deepEqual(await found("peer", "refused-key"), { contract: "open" });
    });

    it("are an error if they nest too deeply or are too large, and none of a stack that was destroyed", async () => {
      const deep: unknown = JSON.parse(`${"[".repeat(1000)}1${"]".repeat(1000)}`);
      write("deep", { contract: { x: deep } });
      write("deep-elsewhere", { contract: { version: 1 }, other: deep });
      write("large", { contract: { version: 1 }, other: "x".repeat(5_000_000) });
      assert.match((await found("peer", "deep")).error ?? "", /nests deeper than 32 levels/);
      assert.deepEqual(await found("peer", "deep-elsewhere"), { contract: { version: 1 } });
      assert.match((await found("peer", "large")).error ?? "", /more than 4194304 bytes/);
      assert.deepEqual(await found("peer", "destroyed"), {});
      assert.match((await found("peer", "never")).error ?? "", /no stack named/);
    });
  });

  it("would end the whole update if read by a StackReference, so none is used", async () => {
    await pulumi("config", "set", "by", "reference");
    const { code, output } = await project.run("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /unknown stack/);
  });
});
