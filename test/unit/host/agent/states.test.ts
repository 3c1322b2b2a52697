import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { exitCodes, type Outcome } from "@metrics-link/host/agent/run.ts";
import { edges, firstState, isState, type State } from "@metrics-link/host/agent/states.ts";
import { describe, it } from "mocha";

const states = Object.keys(edges) as State[];

describe("agent: states", () => {
  it("each can be reached, and from each there is an end", () => {
    const reached = new Set<State | Outcome>();
    const visit = (state: State | Outcome, way: readonly (State | Outcome)[]) => {
      assert.ok(!way.includes(state), `a circle: ${[...way, state].join(" → ")}`);
      reached.add(state);
      if (!isState(state)) return;
      visit(edges[state].done, [...way, state]);
      visit(edges[state].failed, [...way, state]);
    };
    visit(firstState, []);
    assert.deepEqual(
      states.filter((state) => !reached.has(state)),
      [],
    );
    // The timer alone ends with no release, and only what is outside of the table fails.
    const ends = [...reached].filter((state) => !isState(state)).toSorted();
    assert.deepEqual([...ends, "noRelease", "failed"].toSorted(), Object.keys(exitCodes).toSorted());
  });

  it("nothing before the swap can end in anything but the host as it was", () => {
    for (const state of states.slice(0, states.indexOf("swap"))) {
      assert.ok(["incomplete", "refused"].includes(edges[state].failed), state);
    }
  });

  it("are the ones that the decision record draws", () => {
    const page = readFileSync(new URL("../../../../docs/decisions/0201-agent-states.md", import.meta.url), "utf8");
    const drawn = [...page.matchAll(/^\s*(\w+) --> (\w+): (done|failed)$/gm)].map(([, from, to, by]) => [from, by, to]);
    const table = states.flatMap((state) => [
      [state, "done", edges[state].done],
      [state, "failed", edges[state].failed],
    ]);
    assert.deepEqual(drawn.toSorted(), table.toSorted());
  });
});
