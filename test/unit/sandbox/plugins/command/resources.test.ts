import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definition } from "@metrics-link/sandbox/plugins/command/definition.ts";
import { runCommand } from "@metrics-link/sandbox/plugins/command/run.ts";
import type { WireStruct } from "@metrics-link/sandbox/plugins/rpc/values.ts";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { ProviderClient, type Status, secret, UNKNOWN_ON_THE_WIRE } from "../support/provider-client.ts";

const COMMAND = "command:local:Command";

describe("the command provider", () => {
  const provider = new ProviderClient(definition as never);
  let directory: string;
  before(() => provider.configure());
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "commands-")));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const quiet = { logging: "none" };
  const fails = (call: Promise<unknown>, details: RegExp) =>
    assert.rejects(call, (status: Status) => details.test(status.details) || assert.fail(status.details));

  it("runs create in the directory, with stdin and the given environment added to its own", async () => {
    process.env.INHERITED = "inherited";
    const { id, state } = await provider.create(COMMAND, {
      ...quiet,
      create: 'echo "$PWD $WORD $INHERITED"; cat; echo aside >&2; echo',
      dir: directory,
      stdin: "in\n",
      environment: { WORD: "word" },
    });
    assert.match(id, /^name[0-9a-f]{8}$/);
    assert.equal(state.stdout, `${directory} word inherited\nin\n`); // One trailing newline is cut off, not two.
    assert.equal(state.stderr, "aside");
    delete process.env.INHERITED;
  });

  it("runs another interpreter with the command as its last argument", async () => {
    const interpreter = [process.execPath, "-e"];
    const { state } = await provider.create(COMMAND, { ...quiet, create: "console.log(6 * 7)", interpreter });
    assert.equal(state.stdout, "42");
  });

  it("fails with the exit status, the command and all of its output", async () => {
    const create = "echo one; echo two >&2; exit 3";
    await fails(
      provider.create(COMMAND, { ...quiet, create }),
      /^exit status 3: running "echo one.*":\n(one\ntwo|two\none)\n$/s,
    );
    await fails(provider.create(COMMAND, { ...quiet, create: "kill -9 $$" }), /^signal: SIGKILL/);
    await fails(provider.create(COMMAND, { ...quiet, create: "true", dir: "/nowhere" }), /\/nowhere, which must exist/);
  });

  it("does nothing in a preview, and has unknown outputs", async () => {
    const create = `touch ${directory}/made`;
    const { state } = await provider.create(COMMAND, { create }, true);
    assert.deepEqual(state, { create, stdout: UNKNOWN_ON_THE_WIRE, stderr: UNKNOWN_ON_THE_WIRE });
    assert.ok(!existsSync(`${directory}/made`));
  });

  it("updates with update, or else with create, and passes on the previous output", async () => {
    const olds = { create: "echo $PULUMI_COMMAND_STDOUT again" };
    const state = { ...olds, stdout: "before", stderr: "" };
    const out = async (news: WireStruct) => (await provider.update(COMMAND, olds, state, { ...quiet, ...news })).stdout;
    assert.equal(await out(olds), "before again");
    assert.equal(await out({ ...olds, update: "echo $PULUMI_COMMAND_STDOUT updated" }), "before updated");
    assert.equal(await out({ ...olds, addPreviousOutputInEnv: false }), "again");
    assert.equal(await out({ delete: "true" }), "before");
  });

  it("replaces only if a trigger changes", async () => {
    const olds = { create: "a", triggers: ["1", { deep: 1 }] };
    const kinds = async (news: WireStruct) => {
      const { replaces, detailed } = await provider.diff(COMMAND, olds, { ...olds, ...news });
      assert.deepEqual(replaces, [], "the official provider says it by the kind of each change alone");
      return Object.entries(detailed).map(([path, detail]) => [path, detail?.getKind()]);
    };
    const { UPDATE, UPDATE_REPLACE, ADD } = messages.PropertyDiff.Kind;
    assert.deepEqual(await kinds({ triggers: ["1", { deep: 2 }] }), [["triggers[1].deep", UPDATE_REPLACE]]);
    assert.deepEqual(await kinds({ triggers: [UNKNOWN_ON_THE_WIRE, { deep: 1 }] }), [["triggers[0]", UPDATE_REPLACE]]);
    assert.deepEqual(await kinds({ create: "b", environment: { A: "1" } }), [
      ["create", UPDATE],
      ["environment", ADD],
    ]);
  });

  it("deletes with delete, which gets the previous output", async () => {
    const inputs = { ...quiet, delete: `echo $PULUMI_COMMAND_STDOUT > ${directory}/deleted` };
    await provider.delete(COMMAND, inputs, { ...inputs, stdout: "written", stderr: "" });
    assert.equal(readFileSync(`${directory}/deleted`, "utf8"), "written\n");
    await provider.delete(COMMAND, {}, { stdout: "", stderr: "" });
  });

  it("prints into the state in clear, also what it was given as a secret", async () => {
    const inputs = { ...quiet, create: "echo $WORD", environment: { WORD: secret("word"), OTHER: "plain" } };
    const { state } = await provider.create(COMMAND, inputs);
    assert.deepEqual(state, { ...inputs, stdout: "word", stderr: "" });
  });

  it("runs a function's command, in previews too", async () => {
    const { result } = await provider.invoke("command:local:run", { command: "echo now" });
    assert.deepEqual(result, { command: "echo now", stdout: "now", stderr: "" });
  });

  it("refuses what is not modelled", async () => {
    const failing = async (given: WireStruct) =>
      (await provider.check(COMMAND, given)).failures.map((it) => it.property);
    assert.deepEqual(await failing({ create: "a", assetPaths: ["x"] }), ["assetPaths"]);
    assert.deepEqual(await failing({ create: "a", archivePaths: ["x"] }), ["archivePaths"]);
    assert.deepEqual(await failing({ create: "a", logging: "all" }), ["logging"]);
    await fails(provider.check("command:remote:Command", {}), /command:remote:Command is not modelled/);
  });
});

describe("a command", () => {
  const never = new AbortController().signal;
  const logged = async (logging: "stdout" | "stderr" | "stdoutAndStderr" | "none") => {
    const lines: string[] = [];
    await runCommand("echo out; echo err >&2", { logging }, undefined, async (line) => void lines.push(line), never);
    return lines.sort();
  };

  it("shows the lines that logging asks for", async () => {
    assert.deepEqual(await logged("stdoutAndStderr"), ["err", "out"]);
    assert.deepEqual(await logged("stdout"), ["out"]);
    assert.deepEqual(await logged("stderr"), ["err"]);
    assert.deepEqual(await logged("none"), []);
  });

  it("ends with all its children when Pulumi cancels", async () => {
    const cancel = new AbortController();
    const running = runCommand(
      "echo begun; exec cat /dev/zero >/dev/null",
      {},
      undefined,
      async () => cancel.abort(),
      cancel.signal,
    );
    await assert.rejects(running, /^Error: cancelled/);
  });
});
