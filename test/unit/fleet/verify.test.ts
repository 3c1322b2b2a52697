import assert from "node:assert/strict";
import { parseConfiguration, type ReceiverConfiguration, senderFileText } from "@metrics-link/config";
import { readContractFile } from "@metrics-link/contract";
import { fleetSizes } from "@metrics-link/envoy";
import {
  type Deployed,
  deployedIn,
  fleetPage,
  fleetText,
  listed,
  nothingAsked,
  type Overview,
  type Seen,
  type Told,
  takenFromOthers,
  verified,
} from "@metrics-link/fleet";
import { example } from "../config/example.ts";
import { outputsOf, rootOf } from "./contracts.ts";
import { folder } from "./files.ts";

const now = Date.now();
const names = ["shop", "bank"] as const;
const addresses = { shop: "8.8.8.8", bank: "8.8.8.9" } as const;

const entryOf = (name: keyof typeof addresses) => ({
  owner: `team ${name}`,
  since: "2026-11-30",
  rootFingerprints: [rootOf(name).fingerprint],
  addresses: [addresses[name]],
  labels: { account: name },
});
const textOf = (name: keyof typeof addresses, change: object = {}, outputs = outputsOf(name, addresses[name])) =>
  senderFileText({ ...entryOf(name), ...change }, outputs);

/** What the receiver's update leaves in its outputs when it has these senders. */
const inForce = (name: keyof typeof addresses) => ({
  stack: `file/contract/${name}`,
  dnsName: `metrics-sender.${name}.internal`,
  rootBundle: rootOf(name).pem,
  addresses: [addresses[name]],
});
const deployed = (change: object = {}): Told<Deployed> => {
  const admits = names.map((name) => ({ stack: `file/contract/${name}`, labels: { account: name } }));
  const value = deployedIn({ accepted: names.map(inForce), setAside: [], contractLabels: { admits }, ...change });
  assert.ok(value);
  return { value };
};

function overview(
  texts: Readonly<Record<string, string>> = { shop: textOf("shop"), bank: textOf("bank") },
  rest: Partial<Overview> = {},
): Overview {
  const files = Object.entries(texts).map(([name, text]) => ({ path: `${folder}/${name}.json`, text }));
  const raw = { ...example("receiver"), senders: [], fleet: folder };
  const configuration = parseConfiguration(raw, undefined, undefined, files) as ReceiverConfiguration;
  const senders = listed(configuration, "stacks/Pulumi.b.yaml", (path) => ({
    contract: readContractFile(path, files.find((file) => file.path === path)?.text ?? "").contract,
  }));
  const seen = new Map(senders.map(({ name }) => [name, nothingAsked]));
  return { stack: "b", now, senders, network: configuration.network, deployed: deployed(), seen, ...rest };
}

/** Findings that are not ok, in a line each. The roots of these tests last a day, which is said of each. */
const wrong = (given: Overview) =>
  verified(given, fleetSizes)
    .filter(({ severity, what }) => severity !== "ok" && !/^root .* expires on/.test(what))
    .map(({ severity, subject, what }) => `${severity} ${subject}: ${what}`);

describe("a fleet that is verified", () => {
  it("has nothing wrong if what is deployed is what the files say", () => {
    assert.deepEqual(wrong(overview()), []);
    const ok = verified(overview(), fleetSizes).filter(({ severity }) => severity === "ok");
    assert.deepEqual(
      ok.map(({ subject }) => subject),
      ["shop", "shop", "bank", "bank", "size"],
    );
  });

  it("tells of a sender whose series carry what is pinned for another, or that is agreed to in the future", () => {
    const told = (name: keyof typeof addresses, labels: Record<string, string>) => ({
      ...outputsOf(name, addresses[name]),
      contractLabels: { labels: { account: name, env: "test", ...labels } },
    });
    const shop = textOf("shop", { since: "2999-01-01" }, told("shop", { tenant: "bank" }));
    const bank = textOf("bank", { labels: { tenant: "bank" } }, told("bank", { tenant: "bank" }));
    assert.deepEqual(wrong(overview({ shop, bank }, { deployed: { none: "not asked" } })), [
      "warning shop: it was agreed to on 2999-01-01, which is in the future",
      'critical shop: its series carry tenant="bank", which is pinned for bank: the gate refuses them, and they are not stored',
    ]);
  });

  it("tells what is not deployed yet, and what is deployed and stands nowhere", () => {
    assert.deepEqual(wrong(overview(undefined, { deployed: deployed({ accepted: [inForce("shop")] }) })), [
      "warning bank: it is not let in yet",
    ]);
    assert.deepEqual(wrong(overview({ shop: textOf("shop") })), [
      "critical file/contract/bank: it is let in, and no key or file names it",
    ]);
    const before = { ...inForce("shop"), stack: "organization/metrics-link/shop" };
    const admits = [
      { stack: before.stack, labels: { account: "shop" } },
      { stack: "file/contract/bank", labels: { account: "bank" } },
    ];
    const outputs = { accepted: [before, inForce("bank")], contractLabels: { admits } };
    const moved = overview(undefined, { deployed: deployed(outputs) });
    assert.deepEqual(wrong(moved), [
      "warning shop: it is let in as organization/metrics-link/shop, and its keys stand in fleet/senders/shop.json now",
    ]);
    assert.match(fleetText(moved), /2 senders, 2 in force/);
    const suspended = overview({ shop: textOf("shop", { suspended: "leaf stolen" }), bank: textOf("bank") });
    assert.deepEqual(wrong(suspended), ["critical shop: it is suspended and still let in"]);
    assert.match(fleetText(suspended), /suspended: leaf stolen; NOT DEPLOYED YET, it is still let in/);
  });

  it("tells each address, name and label that is in force otherwise", () => {
    const outputs = outputsOf("shop", "8.8.8.7", { dnsName: "metrics-sender.shop-2.internal" });
    const moved = textOf("shop", { addresses: ["8.8.8.7"], labels: { env: "test" } }, outputs);
    assert.deepEqual(wrong(overview({ shop: moved, bank: textOf("bank") })), [
      "warning shop: 8.8.8.8 is in force and no longer agreed to",
      "warning shop: 8.8.8.7 is agreed to and not in force yet",
      "warning shop: the name metrics-sender.shop.internal is in force, and it has metrics-sender.shop-2.internal",
      'warning shop: labels {account="shop"} are in force, and {env="test"} are pinned',
      'critical bank: its series carry env="test", which is pinned for shop: the gate refuses them, and they are not stored',
    ]);
  });

  it("tells a contract that no update takes: another role, a root that is not pinned, none at all", () => {
    const of = (outputs: object) =>
      wrong(overview({ shop: textOf("shop", {}, outputs as never), bank: textOf("bank") }));
    const receiver = outputsOf("shop", "8.8.8.8", { role: "receiver" });
    assert.match(of(receiver)[0] ?? "", /^critical shop: Output "contract" of contract file shop\.json cannot be used/);
    const root = outputsOf("shop", "8.8.8.8", { rootBundle: rootOf("stranger").pem });
    assert.match(of(root)[0] ?? "", /^critical shop: The root of the sender in contract file shop\.json is not pinned/);
    assert.match(of({})[0] ?? "", /^warning shop: The contract file shop\.json is missing, or has no contract yet/);
  });

  it("tells roots and leaves that expire soon, and those that have", () => {
    const roots = (at: number) =>
      verified(overview(undefined, { now: at }), fleetSizes)
        .filter(({ what }) => what.startsWith("root "))
        .map(({ severity, what }) => `${severity} ${what.replace(/^root \S+ | on .*$/g, "")}`);
    assert.deepEqual(roots(now), ["warning expires", "warning expires"]);
    assert.deepEqual(roots(now + 2 * 86_400_000), ["critical expired", "critical expired"]);
    assert.deepEqual(roots(now - 90 * 86_400_000), []);
    const leaf = (days: number) => {
      const seen: Seen = { ...nothingAsked, leafNotAfter: { value: now / 1000 + days * 86_400 } };
      return wrong(overview(undefined, { seen: new Map([["shop", seen]]) }));
    };
    assert.deepEqual(leaf(8), []);
    assert.deepEqual(leaf(6), ["warning shop: its leaf expires: 6.0 days left"]);
    assert.deepEqual(leaf(-1), ["critical shop: its leaf has expired: -1.0 days left"]);
  });

  it("tells the sender with which Envoy restarts, and one too many", () => {
    const size = (senders: number, sizes: readonly number[]) =>
      verified(overview(senders === 1 ? { shop: textOf("shop") } : undefined), sizes).filter(
        ({ subject }) => subject === "size",
      );
    assert.match(size(2, [4, 16])[0]?.what ?? "", /2 senders; Envoy has room for 4/);
    assert.equal(size(2, [2, 16])[0]?.severity, "warning");
    assert.equal(size(2, [1, 2])[0]?.severity, "ok");
    assert.equal(size(2, [1])[0]?.severity, "critical");
  });

  it("is not known to be right while the outputs are not known", () => {
    assert.deepEqual(wrong(overview(undefined, { deployed: { none: "not known: no backend" } })), [
      "not known deployed: what is in force is not known: no backend",
    ]);
    assert.deepEqual(wrong(overview(undefined, { deployed: { none: "not asked" } })), []);
    assert.equal(deployedIn({}), undefined);
  });

  it("is told on a page and on a terminal, where nothing that a file says acts", () => {
    const owner = '<script>alert("x")</script>';
    const given = overview({ shop: textOf("shop", { owner }), bank: textOf("bank") });
    const page = fleetPage(given, verified(given, fleetSizes));
    assert.doesNotMatch(page, /<script>alert/);
    assert.match(page, /&lt;script&gt;/);
    assert.match(fleetText(given), /shop.*<script>.*2026-11-30.*in force.*account="shop".*8\.8\.8\.8.*not asked/);
  });
});

describe("a sender's pinned labels", () => {
  const senders = [
    { name: "shop", labels: { account: "1" } },
    { name: "new", labels: { account: "2", env: "test" } },
    { name: "unpinned" },
  ];

  it("take from others what they are not known by: their targets may have it", () => {
    assert.deepEqual(takenFromOthers(senders, "new"), ['account="2"', 'env="test"']);
    assert.deepEqual(takenFromOthers(senders.slice(0, 2), "new"), ['env="test"']);
  });

  it("take nothing where all are known by the same label, or where nobody else is", () => {
    assert.deepEqual(takenFromOthers(senders.slice(0, 2), "shop"), []);
    assert.deepEqual(takenFromOthers(senders.slice(1, 2), "new"), []);
    assert.deepEqual(takenFromOthers(senders, "unpinned"), []);
  });
});
