import assert from "node:assert/strict";
import { askHost, hostCommand, printed, readEnvironment } from "@metrics-link/host/converge/ask-host.ts";
import type { Management } from "@metrics-link/host/converge/run-command.ts";
import { describe, it } from "mocha";

const request = {
  region: "eu-west-1",
  roleToAssume: undefined,
  instanceId: "i-1",
  releaseId: "a".repeat(64),
  force: false,
  deadlineSeconds: 60,
};
const fails = (name: string) => Object.assign(new Error(name), { name });
const outcome = (status: string, output = "", errors = "") => ({ status, details: status, output, errors });

function clock() {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

/** Answers each call by the next item of its list, and then by the last one for ever. */
function management(script: { send?: (string | Error)[]; outcome?: (ReturnType<typeof outcome> | Error)[] }) {
  const sent: { command: string; timeoutSeconds: number }[] = [];
  const next = <Item>(list: (Item | Error)[]): Item => {
    const item = list.length > 1 ? list.shift() : list[0];
    if (item instanceof Error) throw item;
    assert.ok(item !== undefined);
    return item;
  };
  const sends = script.send ?? ["command-1"];
  const outcomes = script.outcome ?? [outcome("Success", "converged: it is in force\n")];
  const played: Management = {
    send: async (_instance, command, timeoutSeconds) => {
      sent.push({ command, timeoutSeconds });
      return next(sends);
    },
    outcome: async () => next(outcomes),
  };
  return { played, sent };
}

describe("host: converge command", () => {
  it("asks for the release and returns the host's status report", async () => {
    const { played, sent } = management({});
    const answer = await askHost(played, request, clock());
    assert.deepEqual(answer, { statusReport: "converged: it is in force", converged: true });
    assert.deepEqual(sent, [{ command: hostCommand(request), timeoutSeconds: 60 }]);
    assert.match(hostCommand(request), new RegExp(`converge --release ${request.releaseId}$`));
    assert.match(hostCommand({ ...request, force: true }), / --force$/);
  });

  it("waits for a booting host, an invocation that is not visible yet, and a running one", async () => {
    const { played, sent } = management({
      send: [...Array(12).fill(fails("InvalidInstanceId")), "command-1"],
      outcome: [
        fails("InvocationDoesNotExist"),
        outcome("Pending"),
        outcome("InProgress"),
        outcome("Success", "report"),
      ],
    });
    assert.deepEqual(await askHost(played, request, clock()), { statusReport: "report", converged: true });
    assert.equal(sent.length, 13);
    assert.equal(sent[12]?.timeoutSeconds, 59, "the time already waited is taken off");
  });

  it("polls often at first, and later once a second", async () => {
    const time = clock();
    const asked: number[] = [];
    const played: Management = {
      send: async () => "command-1",
      outcome: async () => {
        asked.push(Math.round(time.now()));
        return outcome(time.now() < 50_000 ? "InProgress" : "Success", "report");
      },
    };
    assert.equal((await askHost(played, request, time)).converged, true);
    const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    assert.deepEqual([gaps[0], gaps.at(-1)], [100, 1000]);
    assert.ok(Math.max(...gaps) <= 1001, `${Math.max(...gaps)} ms`);
    assert.ok(gaps.length < 80, `${gaps.length} questions in 50 s`);
  });

  it("fails with the host's status report when it did not converge", async () => {
    const { played } = management({ outcome: [outcome("Failed", "rolled back: bad\nprobe: no\n", "a warning\n")] });
    assert.deepEqual(await askHost(played, request, clock()), {
      statusReport: "i-1: Failed\nrolled back: bad\nprobe: no\na warning",
      converged: false,
    });
  });

  for (const { what, script, waitingFor } of [
    {
      what: "never registers",
      script: { send: [fails("InvalidInstanceId")] },
      waitingFor: "the host to register with Systems Manager",
    },
    {
      what: "never ends",
      script: { outcome: [outcome("InProgress")] },
      waitingFor: "the command to end; its status is InProgress",
    },
    {
      what: "is not known",
      script: { outcome: [fails("InvocationDoesNotExist")] },
      waitingFor: "Systems Manager to find its own command command-1",
    },
  ]) {
    it(`gives up at the deadline when the host ${what}`, async () => {
      const time = clock();
      const { statusReport, converged } = await askHost(management(script).played, request, time);
      assert.equal(converged, false);
      assert.equal(statusReport, `i-1 on ${request.releaseId}: timed out after 60 s waiting for ${waitingFor}`);
      assert.ok(time.now() >= 60_000 && time.now() <= 61_000);
    });
  }

  it("passes on any other error of AWS", async () => {
    const { played } = management({ send: [fails("AccessDeniedException")] });
    await assert.rejects(askHost(played, request, clock()), { name: "AccessDeniedException" });
  });

  it("reads its environment, and names a missing variable", () => {
    const environment = {
      METRICS_LINK_REGION: "eu-west-1",
      METRICS_LINK_ASSUME_ROLE: "",
      METRICS_LINK_INSTANCE_ID: "i-1",
      METRICS_LINK_RELEASE_ID: request.releaseId,
      METRICS_LINK_FORCE: "false",
      METRICS_LINK_DEADLINE_SECONDS: "60",
    };
    assert.deepEqual(readEnvironment(environment), request);
    assert.equal(readEnvironment({ ...environment, METRICS_LINK_FORCE: "true" }).force, true);
    const assumed = {
      METRICS_LINK_ASSUME_ROLE: "arn:aws:iam::111111111111:role/deploy",
      METRICS_LINK_EXTERNAL_ID: "x7",
      METRICS_LINK_SESSION_NAME: "ci",
      METRICS_LINK_SESSION_SECONDS: "3600",
    };
    assert.deepEqual(readEnvironment({ ...environment, ...assumed }).roleToAssume, {
      roleArn: assumed.METRICS_LINK_ASSUME_ROLE,
      externalId: "x7",
      sessionName: "ci",
      seconds: 3600,
    });
    assert.throws(() => readEnvironment({ ...environment, METRICS_LINK_INSTANCE_ID: "" }), {
      code: "USAGE",
      message: /METRICS_LINK_INSTANCE_ID is/,
    });
  });

  it("prints a host's report without letting it write lines or escapes of its own", () => {
    const shown = printed("i-1", "converged\nerror: all is lost\u001b[2J\u001b]52;c;eA==\u0007\u202e");
    assert.equal(shown, "i-1 | converged\ni-1 | error: all is lost\\u{1b}[2J\\u{1b}]52;c;eA==\\u{7}\\u{202e}");
    const long = printed("i-1", "x".repeat(1_000_000));
    assert.ok(long.length < 11_000);
    assert.match(long, /\ni-1 \| … and 990000 more characters$/);
  });
});
