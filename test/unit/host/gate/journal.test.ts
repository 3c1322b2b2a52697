import assert from "node:assert/strict";
import { ErrorLog } from "@metrics-link/host/gate/error-log.ts";
import { RefusalLog } from "@metrics-link/host/gate/refusal-log.ts";

const second = 1_000;

describe("the gate's lines in the journal", () => {
  const refusal = { event: "request refused", sender: "a", reason: "label", series: 1 } as const;

  it("are one for a refused sender every ten seconds, with how many it stands for", () => {
    const lines: string[] = [];
    const log = new RefusalLog((line) => lines.push(line));
    for (const at of [0, 1, 2, 9.999, 10, 15]) log.add(refusal, at * second);
    log.add({ ...refusal, sender: "b" }, second);
    const found = lines.map((line) => JSON.parse(line) as { sender: string; othersSince?: number });
    assert.deepEqual(
      found.map(({ sender, othersSince }) => [sender, othersSince]),
      [
        ["a", undefined],
        ["a", 3],
        ["b", undefined],
      ],
    );
  });

  it("are one for faults of its own every ten seconds, whatever their texts are", () => {
    const lines: string[] = [];
    const log = new ErrorLog((line) => lines.push(line));
    for (let index = 0; index < 1_000; index += 1) log.add(new Error(`fault ${index}`), index * 20);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /^\{"event":"the gate failed","error":"Error: fault 0\\n {4}at [^\n]*"\}$/);
    assert.match(lines[1] ?? "", /"error":"Error: fault 500\\n[^\n]*","othersSince":499\}$/);
  });

  it("go on when the clock is set back", () => {
    const lines: string[] = [];
    const log = new ErrorLog((line) => lines.push(line));
    for (const at of [3600, 0, 1]) log.add(new Error("fault"), at * second);
    assert.equal(lines.length, 2);
  });

  it("hold nothing that a terminal acts on, and no second line", () => {
    const lines: string[] = [];
    new ErrorLog((line) => lines.push(line)).add(new Error("a\u{1b}[2Jb\u{202e}c\nd"), 0);
    assert.match(lines[0] ?? "", /"error":"Error: a\\u001b\[2Jb\\u202ec\\nd[^\n]*$/);
  });
});
