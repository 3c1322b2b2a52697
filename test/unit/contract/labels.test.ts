import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  carries,
  contractIn,
  identityLabels,
  labelsOfOthers,
  labelsText,
  reservedLabels,
} from "@metrics-link/contract";
import fc from "fast-check";
import { tool } from "../../support/tool.ts";

const labels = fc.dictionary(fc.constantFrom("account", "env", "region"), fc.constantFrom("1", "2"), {
  noNullPrototype: true,
});

describe("labels that are pinned", () => {
  it("are carried by labels that have each of their pairs, and others besides", () => {
    assert.ok(carries({ account: "1", env: "x" }, { account: "1" }));
    assert.ok(!carries({ account: "1" }, { account: "1", env: "x" }));
    assert.ok(!carries({ account: "10" }, { account: "1" }));
    fc.assert(fc.property(labels, labels, (pinned, more) => carries({ ...more, ...pinned }, pinned)));
    fc.assert(
      fc.property(labels, labels, (some, others) => {
        if (carries(some, others) && carries(others, some)) assert.deepEqual(some, others);
      }),
    );
  });

  it("have a closed form, whoever writes them", () => {
    const accepted = [{ account: "1" }, { _a9: "ü 日本 {}\"'\\" }, { account: "x".repeat(200) }];
    for (const one of accepted) assert.deepEqual(identityLabels.safeParse(one).data, one);
    const refused: unknown[] = [
      ...reservedLabels.map((name) => ({ [name]: "a" })),
      ...["Inf", "NaN", "WITHOUT"].map((name) => ({ [name]: "a" })),
      ...[{ __name__: "a" }, { "a-b": "c" }, { "": "a" }, { "1a": "b" }, { ["a".repeat(101)]: "b" }],
      ...[{ a: "" }, { a: "x".repeat(201) }, { a: "$b" }, { a: "b\n" }, { a: "\u001b[2J" }, { a: "\ud800" }, { a: 1 }],
      // Each looks like "a".
      ...["a ", " a", "a\u200b", "\u202ea", "a\ufeff", "a\u00ad", "a\u00a0", "a\u2028", "\u3164a"].map((a) => ({ a })),
      ...[[], "a", null, 1, { a: ["b"] }, Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`a${i}`, "b"]))],
    ];
    for (const one of refused) assert.ok(!identityLabels.safeParse(one).success, JSON.stringify(one));
  });

  it("are told of whom they are of, by whoever else tells that its series carry them", () => {
    const foreign = labelsOfOthers([
      { name: "a", labels: { account: "1" } },
      { name: "b", labels: { tenant: "2" } },
      { name: "c" },
    ]);
    assert.deepEqual(foreign("a", { account: "1", env: "x" }), []);
    assert.deepEqual(foreign("c", { account: "1", tenant: "2", env: "x" }), [
      'account="1", which is pinned for a',
      'tenant="2", which is pinned for b',
    ]);
    assert.deepEqual(foreign("b", undefined), []);
  });

  it("are shown as PromQL writes them", () => {
    assert.equal(labelsText({ account: "1", env: 'a "b"' }), '{account="1", env="a \\"b\\""}');
  });

  it("are shown so that no letter looks like one of another alphabet, and PromQL still reads them", () => {
    const account = "sh\u043ep \u{1f600}";
    const shown = labelsText({ account });
    assert.equal(shown, String.raw`{account="sh\u043ep \U0001f600"}`);
    const { status, stdout } = spawnSync(tool("promtool"), ["--experimental", "promql", "format", shown], {
      encoding: "utf8",
    });
    assert.deepEqual([status, stdout.trim()], [0, `{account="${account}"}`]);
  });
});

describe("a contract with what stands beside it", () => {
  const contract = { version: 1, role: "sender" };

  it("has the labels of either place, and its own first", () => {
    assert.deepEqual(contractIn({ contract, contractLabels: { labels: { a: "1" } } }), {
      ...contract,
      labels: { a: "1" },
    });
    const own = { ...contract, labels: { a: "2" } };
    assert.deepEqual(contractIn({ contract: own, contractLabels: { labels: { a: "1" } } }), own);
    assert.deepEqual(contractIn({ contract, contractLabels: {} }), contract);
  });

  it("takes nothing else from there, and nothing of another form", () => {
    const beside = { version: 2, egressAddresses: ["8.8.8.8"], trusts: [], rootBundle: "", labels: undefined };
    assert.deepEqual(contractIn({ contract, contractLabels: beside }), contract);
    for (const other of [undefined, null, "\u001b[2J", [{ labels: { a: "1" } }], 1]) {
      assert.deepEqual(contractIn({ contract, contractLabels: other }), contract);
      assert.equal(contractIn({ contract: other, contractLabels: { labels: { a: "1" } } }), other);
    }
  });
});
