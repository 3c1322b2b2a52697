import assert from "node:assert/strict";
import {
  declaredSenders,
  type Files,
  labelRows,
  renderHtml,
  renderText,
  senderChanges,
  sourceFile,
} from "@metrics-link/review";
import { agreed, folder } from "../fleet/files.ts";
import { verdictOn } from "./support.ts";

const files = (contents: Readonly<Record<string, unknown>>): Files =>
  new Map(
    Object.entries(contents).map(([name, content]) => [
      name.includes("/") ? name : `${folder}/${name}.json`,
      sourceFile("100644", Buffer.from(typeof content === "string" ? content : JSON.stringify(content))),
    ]),
  );
const config = (senders: readonly object[] = []) => ({
  "metrics-link:fleet": folder,
  "metrics-link:senders": senders,
});
const changes = (before: Parameters<typeof files>[0], after: Parameters<typeof files>[0]) =>
  senderChanges(declaredSenders(config(), files(before)), declaredSenders(config(), files(after))).map(
    ({ kind, name, source, what }) => [kind, name, source, ...what],
  );
const pathOf = (name: string) => `${folder}/${name}.json`;

describe("what a branch does with senders, in a review", () => {
  it("is told of a sender that is added, with all that it may do", () => {
    assert.deepEqual(changes({ a: agreed(1) }, { a: agreed(1), b: agreed(2) }), [
      [
        "added",
        "b",
        pathOf("b"),
        "owner is team 2",
        "since is 2026-11-30",
        `rootFingerprints has ${agreed(2).rootFingerprints[0]}`,
        "addresses has 8.0.2.8",
        'labels {account="100000000002"}',
      ],
    ]);
  });

  it("is told of one that is added without labels, and shows letters of other alphabets as escapes", () => {
    const { labels: _, ...free } = agreed(2);
    assert.match(changes({}, { b: free })[0]?.at(-1) ?? "", /^NO LABELS are pinned: its series may carry any/);
    const alike = { ...agreed(2), labels: { account: "sh\u043ep" } };
    assert.equal(changes({}, { b: alike })[0]?.at(-1), String.raw`labels {account="sh\u043ep"}`);
    const rows = labelRows(declaredSenders(config(), files({ b: alike })));
    assert.equal(rows[0]?.value, String.raw`only with account="sh\u043ep"`);
  });

  it("is told of one that is suspended, resumed, removed or changed, and of no other", () => {
    const all = { a: agreed(1), b: agreed(2), c: agreed(3) };
    const suspended = { ...agreed(1), suspended: "leaf stolen" };
    assert.deepEqual(changes(all, { ...all, a: suspended }), [
      ["suspended", "a", pathOf("a"), "suspended is leaf stolen"],
    ]);
    assert.deepEqual(changes({ ...all, a: suspended }, all), [
      ["resumed", "a", pathOf("a"), "suspended is gone, was leaf stolen"],
    ]);
    assert.deepEqual(changes(all, { a: agreed(1), c: agreed(3) }), [
      ["removed", "b", pathOf("b"), "its roots, addresses and labels are free for others"],
    ]);
    const moved = { ...agreed(2), addresses: ["8.8.8.8"], labels: { account: "9" }, limits: { bodyBytes: 1 } };
    assert.deepEqual(changes(all, { ...all, b: moved }), [
      [
        "changed",
        "b",
        pathOf("b"),
        "addresses has 8.8.8.8",
        "addresses has no 8.0.2.8 any more",
        'labels {account="9"}, were {account="100000000002"}',
        'limits is {"bodyBytes":1}',
      ],
    ]);
    assert.deepEqual(changes(all, all), []);
  });

  it("is told of a contract that differs, by what differs in it", () => {
    const contract = { version: 1, rootBundle: "PEM", dnsName: "a.internal", egressAddresses: ["8.8.8.8"] };
    const next = { ...contract, rootBundle: "other", dnsName: "b.internal" };
    const [[, , , what] = []] = changes({ a: { ...agreed(1), contract } }, { a: { ...agreed(1), contract: next } });
    assert.equal(what, "its contract differs in rootBundle, dnsName");
  });

  it("is told of a sender that moves from the stack's file into one of its own, and not of one that moves in the list", () => {
    const entry = { ...agreed(1), name: "a", stack: "organization/metrics-link/a" };
    const before = declaredSenders(config([{ name: "b" }, entry]), files({}));
    const after = declaredSenders(config([{ name: "b" }]), files({ a: agreed(1) }));
    const [change, ...more] = senderChanges(before, after);
    assert.deepEqual(more, []);
    assert.deepEqual(change?.what, [
      "was in metrics-link:senders[1]",
      "stack is gone, was organization/metrics-link/a",
    ]);
    const turned = declaredSenders(config([entry, { name: "b" }]), files({}));
    assert.deepEqual(senderChanges(before, turned), []);
  });

  it("stands in the review before the lines of files, in every format as text", () => {
    const hostile = { ...agreed(1), owner: "<img src=x>\u001b[31m" };
    const [before, after] = [files({}), files({ shop: hostile })].map((one) => declaredSenders(config(), one));
    const verdict = verdictOn([], { senders: senderChanges(before ?? [], after ?? []) });
    assert.match(
      renderText(verdict),
      /Changes of senders: 1 added\n.*\n {2}shop +added +owner is <img src=x>\\u\{1b\}\[31m/,
    );
    assert.doesNotMatch(renderHtml(verdict), /<img/);
    assert.doesNotMatch(renderText(verdictOn([])), /Changes of senders/);
  });

  it("is the same whatever a file holds, and files elsewhere are nobody", () => {
    const broken = declaredSenders(config(), files({ a: "{", b: '{"owner":1,"owner":2}', "docs/c.json": agreed(3) }));
    assert.deepEqual(
      broken.map(({ name, entry }) => [name, entry]),
      [
        ["a", {}],
        ["b", {}],
      ],
    );
    assert.deepEqual(
      labelRows(declaredSenders(config(), files({ a: agreed(1) }))).map(({ value, source }) => [value, source]),
      [['only with account="100000000001"', `${folder}/a.json.labels`]],
    );
  });
});
