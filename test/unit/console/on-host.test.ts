import assert from "node:assert/strict";
import type { Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { askOnHost } from "../../../scripts/console/on-host.ts";

/** A sandbox whose hosts print this, and remember what they ran. */
function sandboxThat(prints: { code?: number; stdout?: string; stderr?: string }) {
  const ran: (readonly string[])[] = [];
  const exec = async (_host: string, argv: readonly string[]) => {
    ran.push(argv);
    return { code: 0, stdout: "", stderr: "", ...prints };
  };
  return { ran, ask: askOnHost({ world: { exec } } as unknown as Sandbox, "receiver") };
}

describe("a Prometheus that is queried on its host", () => {
  it("answers simultaneous queries by one command, each with its own answer", async () => {
    const stdout = '{"status":"success","data":1}\n{"status":"error","error":"no such metric"}\n';
    const { ask, ran } = sandboxThat({ stdout });
    const [one, other] = await Promise.allSettled([ask("query", { query: 'a{b="c"}' }), ask("query", { query: "d" })]);
    assert.equal(ran.length, 1);
    assert.ok(ran[0]?.includes("http://127.0.0.1:9090/api/v1/query?query=a%7Bb%3D%22c%22%7D"));
    assert.deepEqual(one, { status: "fulfilled", value: 1 });
    assert.match(
      String(other.status === "rejected" && other.reason),
      /Prometheus of the receiver refuses query: no such metric/,
    );
    await ask("query", { query: "e" });
    assert.equal(ran.length, 2);
  });

  it("fails every query when it does not answer, or answers only in part", async () => {
    const { ask } = sandboxThat({ code: 7, stderr: "connection refused" });
    for (const found of await Promise.allSettled([ask("query", {}), ask("alerts", {})])) {
      assert.match(
        String(found.status === "rejected" && found.reason),
        /receiver does not answer: .*connection refused/,
      );
    }
    const { ask: cut } = sandboxThat({ stdout: '{"status":"succ' });
    await assert.rejects(cut("query", {}), /refuses query: {"status":"succ/);
  });
});
