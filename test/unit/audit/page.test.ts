import assert from "node:assert/strict";
import { audit, page } from "@metrics-link/audit";
import { healthy } from "./support/healthy.ts";

const pageOf = (evidence = healthy()) => page(evidence, audit(evidence));

describe("the page of an audit", () => {
  it("says who can write: name, address, exact DNS name, root, certificate and its remaining days", () => {
    const text = pageOf();
    const row = text.slice(text.indexOf("Who can write"), text.indexOf("</table>"));
    for (const what of ["account-a", "203.0.113.10", "metrics-sender.account-a.internal", "1f", "35.5 days left"]) {
      assert.ok(row.includes(what), what);
    }
    assert.ok(row.includes(healthy().stacks[1]?.peers[0]?.pins.rootFingerprints[0] ?? "no pin"));
  });

  it("says what each may write: the pinned labels, or any", () => {
    const evidence = healthy();
    const [sender, receiver] = evidence.stacks;
    const [peer] = receiver?.peers ?? [];
    assert.ok(sender && receiver && peer && "value" in peer.contract);
    const { labels: _, ...unpinned } = peer.pins;
    const free = { ...evidence, stacks: [sender, { ...receiver, peers: [{ ...peer, pins: unpinned }] }] };
    assert.ok(pageOf(free).includes("any: none are pinned"));
    const withLabels = (labels: Record<string, string>, told: Record<string, string>) => {
      const contract = {
        value: { ...peer.contract, ...("value" in peer.contract ? peer.contract.value : {}), labels: told },
      };
      const pinned = { ...peer, contract, pins: { ...peer.pins, labels } } as typeof peer;
      return { ...evidence, stacks: [sender, { ...receiver, peers: [pinned] }] };
    };
    assert.ok(pageOf(withLabels({ account: "1" }, { account: "1" })).includes("account=&quot;1&quot;"));
    const of = (told: Record<string, string>) =>
      audit(withLabels({ account: "1" }, told))
        .sections.flatMap(({ findings }) => findings)
        .find(({ subject }) => subject === "labels of account-a");
    assert.equal(of({ account: "1", region: "x" })?.severity, "ok");
    assert.equal(of({ account: "2" })?.severity, "critical");
    assert.match(of({ account: "2" })?.what ?? "", /its series carry {account="2"}, and pinned is {account="1"}/);
  });

  it("takes the certificate from the last handshake if the sender's host was not audited", () => {
    const evidence = healthy();
    const alone = { ...evidence, stacks: evidence.stacks.filter(({ stack }) => stack === "receiver") };
    const text = pageOf(alone);
    assert.match(text, /seen in its last handshake/);
    assert.match(text, /organization\/metrics-link\/sender was not audited/);
  });

  it("shows names of authorities whole, also with a comma", () => {
    const text = pageOf();
    assert.ok(text.includes("intermediate: Example, Inc. Intermediate CA G1<"));
    assert.ok(text.includes("root: Example, Inc. Root CA G1<"));
  });

  it("draws the first of many links, and has all senders in its table", () => {
    const evidence = healthy();
    const [sender, receiver] = evidence.stacks;
    const [peer] = receiver?.peers ?? [];
    assert.ok(sender && receiver && peer);
    const text = (count: number) => {
      const peers = Array.from({ length: count }, (_, index) => ({ ...peer, name: `team-${index}.` }));
      return pageOf({ ...evidence, stacks: [sender, { ...receiver, peers }] });
    };
    assert.equal(text(6).match(/>Sender team-/g)?.length, 6);
    assert.doesNotMatch(text(6), /not drawn/);
    const many = text(40);
    assert.equal(many.match(/>Sender team-/g)?.length, 6);
    assert.match(many, />34 more links are not drawn: the table of who can write has their senders\.</);
    const table = many.slice(many.indexOf("Who can write"), many.indexOf("</table>"));
    for (const index of Array.from({ length: 40 }).keys()) assert.ok(table.includes(`>team-${index}.<`), `${index}`);
  });

  it("loads no other file", () => {
    const text = pageOf();
    const addresses = [...text.matchAll(/https?:\/\/[^"'\s<]+/g)].map(([address]) => address);
    assert.deepEqual([...new Set(addresses)], ["http://www.w3.org/2000/svg"]);
    assert.doesNotMatch(text, /<script|<link|<img|@import|url\((?!#)/);
    assert.match(text, /default-src &#39;none&#39;/);
  });

  it("escapes all text from outside", () => {
    const text = pageOf();
    assert.ok(text.includes("&lt;b&gt;no certificate&lt;/b&gt;"));
    assert.ok(!text.includes("<b>no certificate"));
  });

  it('has findings first, then what is not known, and then no "No findings"', () => {
    const evidence = healthy();
    const [sender, receiver] = evidence.stacks;
    assert.ok(sender && receiver);
    const pins = [{ ...receiver.peers[0], pins: { rootFingerprints: [], addresses: [] } }] as typeof receiver.peers;
    const changed = {
      ...evidence,
      stacks: [
        { ...sender, host: { error: "it <is> off" } },
        { ...receiver, peers: pins },
      ],
    };
    const text = pageOf(changed as typeof evidence);
    const order = ["is accepted but not pinned", "it &lt;is&gt; off", ">Who can write<"].map((one) =>
      text.indexOf(one),
    );
    assert.ok(!order.includes(-1), order.join());
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.doesNotMatch(text, /No findings/);
  });

  it("closes every element that it opens", () => {
    const open: string[] = [];
    for (const [, end, name = ""] of pageOf().matchAll(/<(\/?)([a-z][a-zA-Z0-9]*)[^>]*>/g)) {
      if (name === "meta") continue;
      if (end === "") open.push(name);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  });
});
