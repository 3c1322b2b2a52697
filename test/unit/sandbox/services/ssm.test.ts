import { strict as assert } from "node:assert";
import { setImmediate as turn } from "node:timers/promises";
import { parseSendCommand, SsmError } from "@metrics-link/sandbox/services/ssm/input.ts";
import type { ManagedHosts } from "@metrics-link/sandbox/services/ssm/invocation.ts";
import { capped } from "@metrics-link/sandbox/services/ssm/invocation.ts";
import { RunCommand } from "@metrics-link/sandbox/services/ssm/run-command.ts";
import fc from "fast-check";
import { instance } from "./sample.ts";

const account = "111111111111";
const region = "eu-west-1";
const shell = { DocumentName: "AWS-RunShellScript", InstanceIds: [instance.id], Parameters: { commands: ["true"] } };

class FakeHosts implements ManagedHosts {
  on = true;
  readonly calls: { argv: readonly string[]; stdin?: string }[] = [];
  result: () => Promise<{ code: number; stdout: string; stderr: string }> = async () => ({
    code: 0,
    stdout: "",
    stderr: "",
  });

  instances(ofAccount: string) {
    return ofAccount === account ? [instance] : [];
  }
  booted() {
    return this.on;
  }
  exec(_: typeof instance, argv: readonly string[], { stdin }: { stdin?: string }) {
    this.calls.push({ argv, ...(stdin !== undefined && { stdin }) });
    return this.result();
  }
}

describe("Run Command", () => {
  let hosts: FakeHosts;
  let commands: RunCommand;
  const call = async (operation: string, input: Record<string, unknown>, from = account) =>
    commands.complete({ operation, account: from, region, caller: "", input });
  const send = async () => {
    const { body } = await call("SendCommand", shell);
    return (body as { Command: { CommandId: string } }).Command.CommandId;
  };
  const invocation = async (CommandId: string) =>
    (await call("GetCommandInvocation", { CommandId, InstanceId: instance.id })).body as Record<string, unknown>;
  const type = ({ status, body }: { status: number; body: unknown }) => [status, (body as { __type?: string }).__type];

  beforeEach(async () => {
    hosts = new FakeHosts();
    commands = new RunCommand(hosts);
    await call("UpdateInstanceInformation", { InstanceId: instance.id });
  });

  it("runs the commands as one script and reports the outcome", async () => {
    hosts.result = async () => ({ code: 3, stdout: "out", stderr: "err" });
    const id = await send();
    await turn();
    assert.equal(hosts.calls[0]?.stdin, "true\n");
    const { Status, ResponseCode, StandardOutputContent, StandardErrorContent } = await invocation(id);
    assert.deepEqual([Status, ResponseCode, StandardOutputContent, StandardErrorContent], ["Failed", 3, "out", "err"]);
  });

  it("keeps 24,000 characters of output and 8,000 of errors", async () => {
    hosts.result = async () => ({ code: 0, stdout: "o".repeat(30_000), stderr: "e".repeat(30_000) });
    const id = await send();
    await turn();
    const { StandardOutputContent, StandardErrorContent } = await invocation(id);
    assert.deepEqual([String(StandardOutputContent).length, String(StandardErrorContent).length], [24_000, 8_000]);
  });

  it("is in progress until the host is done, and can be cancelled", async () => {
    hosts.result = () => new Promise(() => {});
    const id = await send();
    assert.equal((await invocation(id)).Status, "InProgress");
    await call("CancelCommand", { CommandId: id });
    assert.equal((await invocation(id)).Status, "Cancelled");
    assert.match(hosts.calls[1]?.argv.join(" ") ?? "", new RegExp(`kill.*${id}`, "s"));
  });

  it("refuses an instance that is off, never registered, or belongs to another account", async () => {
    hosts.on = false;
    assert.deepEqual(type(await call("SendCommand", shell)), [400, "InvalidInstanceId"]);
    hosts.on = true;
    commands.forget(instance.id);
    assert.deepEqual(type(await call("SendCommand", shell)), [400, "InvalidInstanceId"]);
    assert.deepEqual(type(await call("SendCommand", shell, "222222222222")), [400, "InvalidInstanceId"]);
  });

  it("shows registered instances, and whether they answer", async () => {
    const list = async (input = {}) => {
      const { body } = await call("DescribeInstanceInformation", input);
      return (body as { InstanceInformationList: { PingStatus: string }[] }).InstanceInformationList;
    };
    assert.deepEqual(
      (await list()).map((item) => item.PingStatus),
      ["Online"],
    );
    assert.equal((await list({ Filters: [{ Key: "InstanceIds", Values: ["i-0"] }] })).length, 0);
    hosts.on = false;
    assert.deepEqual(
      (await list()).map((item) => item.PingStatus),
      ["ConnectionLost"],
    );
    commands.forget(instance.id);
    assert.deepEqual(await list(), []);
  });

  it("shows a command to its own account only", async () => {
    const CommandId = await send();
    const asked = { CommandId, InstanceId: instance.id };
    assert.deepEqual(type(await call("GetCommandInvocation", asked, "222222222222")), [400, "InvocationDoesNotExist"]);
    assert.deepEqual(type(await call("CancelCommand", { CommandId }, "222222222222")), [400, "InvalidCommandId"]);
  });
});

describe("SendCommand's input", () => {
  const refusal = (change: Record<string, unknown>, code: string) =>
    assert.throws(
      () => parseSendCommand({ ...shell, ...change }),
      (error) => error instanceof SsmError && error.code === code,
    );

  it("accepts what AWS-RunShellScript accepts", () => {
    const parsed = parseSendCommand({
      ...shell,
      Parameters: { commands: ["a", "b"], workingDirectory: ["/tmp"], executionTimeout: ["60"] },
    });
    assert.deepEqual(parsed, {
      instanceIds: [instance.id],
      documentName: "AWS-RunShellScript",
      comment: "",
      script: "a\nb\n",
      workingDirectory: "/tmp",
      executionTimeoutSeconds: 60,
    });
  });

  it("refuses everything else, with Systems Manager's error codes", () => {
    refusal({ DocumentName: "AWS-RunPowerShellScript" }, "InvalidDocument");
    refusal({ InstanceIds: [] }, "ValidationException");
    refusal({ InstanceIds: Array(51).fill(instance.id) }, "ValidationException");
    refusal({ Targets: [] }, "ValidationException");
    refusal({ TimeoutSeconds: 29 }, "ValidationException");
    refusal({ Parameters: {} }, "ValidationException");
    refusal({ Parameters: { commands: [] } }, "InvalidParameters");
    refusal({ Parameters: { commands: ["x"], shell: ["bash"] } }, "InvalidParameters");
    refusal({ Parameters: { commands: ["x"], executionTimeout: ["172801"] } }, "ValidationException");
  });
});

describe("capped output", () => {
  it("never exceeds its limit, starts like the text, and keeps short text unchanged", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 50, max: 200 }), (text, limit) => {
        const short = capped(text, limit);
        assert.ok(short.length <= limit);
        assert.equal(short === text, text.length <= limit);
        assert.ok(text.startsWith(short.slice(0, limit - 30)));
      }),
    );
  });
});
