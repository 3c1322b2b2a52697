import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fingerprintOf } from "@metrics-link/contract";
import { programChanges } from "@metrics-link/review";
import { authority } from "../unit/pki/support.ts";
import { type Deployed, type DeployOptions, deployBoth, deployOne } from "./policy/support/deployed.ts";
import { verdicts } from "./policy/support/verdicts.ts";
import type { Role } from "./stacks/stacks.ts";

const repository = join(import.meta.dirname, "..", "..");
const folders: string[] = [];

/** A folder of the configuration with one file. */
function folder(name: string, content: string): string {
  const path = mkdtempSync(join(tmpdir(), "legitimate-"));
  folders.push(path);
  writeFileSync(join(path, name), content);
  return relative(repository, path);
}

const second = authority({ commonName: "Account C Metrics Root CA G1", organization: "Account C Metrics" });
const secondSender = {
  contract: {
    ...{ version: 1, role: "sender", accountId: "333333333333", rootBundle: second.pem },
    ...{ dnsName: "metrics-sender.account-c.internal", egressAddresses: ["203.0.113.77"] },
  },
};

const cases: Readonly<Record<string, () => DeployOptions & { readonly role: Role }>> = {
  "a new scrape job and the way to its target": () => ({
    role: "sender",
    change: {
      sender: {
        "metrics-link:network": { targets: [{ name: "payments", cidr: "10.10.3.4/32", ports: [8080] }] },
        "metrics-link:prometheus": {
          scrapeConfigs: folder(
            "payments.yaml",
            "- job_name: payments\n  static_configs:\n    - targets: [10.10.3.4:8080]\n",
          ),
        },
      },
    },
  }),
  "the host's metrics for a named client, and a certificate for scraping": () => ({
    role: "sender",
    change: {
      sender: {
        "metrics-link:prometheus": { scrapeIdentity: true },
        "metrics-link:nodeExporter": {
          exposed: {
            ca: `${folder("root.pem", second.pem)}/root.pem`,
            clients: [{ name: "account-c", dnsName: "link-scrape.metrics-sender.account-c.internal" }],
          },
        },
      },
    },
  }),
  "query services for a Grafana in the network, and for people": () => {
    const file = `${folder("ops.pem", second.pem)}/ops.pem`;
    const readers = (dnsName: string) => ({
      enabled: true,
      caCerts: [{ file, fingerprints: [fingerprintOf(second.pem)] }],
      clients: [{ name: "reader", dnsName }],
    });
    return {
      role: "receiver",
      change: {
        receiver: {
          "metrics-link:network": {
            scrapedBy: [
              { name: "grafana", cidr: "10.10.3.4/32", ports: [3090] },
              { name: "people", cidr: "10.10.4.0/28", ports: [3091] },
            ],
          },
          "metrics-link:queryServices": [
            { name: "grafana", ...readers("grafana.ops.internal") },
            { name: "people", ui: true, listenAddr: "0.0.0.0:3091", ...readers("people.ops.internal") },
          ],
        },
      },
    };
  },
  "another rule": () => ({
    role: "receiver",
    change: {
      receiver: {
        "metrics-link:prometheus": {
          rules: folder(
            "more.yaml",
            "groups:\n  - name: more\n    rules:\n      - record: more:up:sum\n        expr: sum(up)\n",
          ),
        },
      },
    },
  }),
  "another size of the instance": () => ({
    role: "receiver",
    change: { receiver: { "metrics-link:host": { instanceType: "t3.medium" } } },
  }),
  "a larger data volume": () => ({
    role: "sender",
    change: { sender: { "metrics-link:host": { dataVolumeGiB: 200 } } },
  }),
  "another scrape interval": () => ({
    role: "sender",
    change: { sender: { "metrics-link:prometheus": { scrapeInterval: "30s" } } },
  }),
  "the leaf's next generation": () => ({
    role: "receiver",
    change: { receiver: { "metrics-link:pki": { generations: { leaf: 2 } } } },
  }),
};

describe("a review of a legitimate configuration change", function () {
  this.timeout(180_000);

  let usual: Record<Role, Deployed>;
  before(async () => {
    usual = await deployBoth();
  });
  after(() => {
    for (const path of folders) rmSync(path, { recursive: true });
  });

  for (const [what, options] of Object.entries(cases)) {
    it(`reports no program change for ${what}, which does change the requested resources`, async () => {
      const { role, ...change } = options();
      const base = await deployOne(role, change);
      const head = await deployOne(role, change);
      assert.deepEqual(programChanges(base.asked, head.asked), []);
      assert.notDeepEqual(programChanges(usual[role].asked, head.asked), []);
      // All leaves of these stacks have the link's names, which certificates of other purposes may not.
      const found = verdicts(head).filter(({ policy }) => policy !== "served-chain-is-ours");
      assert.deepEqual(found, []);
    });
  }

  it("reports no program change for an additional sender, which does change the requested resources", async () => {
    const known = usual.receiver.configuration;
    assert.equal(known.role, "receiver");
    const stack = "organization/metrics-link/sender-c";
    const more = {
      name: "account-c",
      stack,
      rootFingerprints: [fingerprintOf(second.pem)],
      addresses: ["203.0.113.77"],
    };
    const options = {
      change: { receiver: { "metrics-link:senders": [...(known.role === "receiver" ? known.senders : []), more] } },
      stacks: { [stack]: secondSender },
    };
    const [base, head] = [await deployOne("receiver", options), await deployOne("receiver", options)];
    assert.deepEqual(programChanges(base.asked, head.asked), []);
    const found = programChanges(usual.receiver.asked, head.asked);
    assert.ok(found.some(({ subject, kind }) => /203\.0\.113\.77/.test(subject) && kind === "adds"));
  });
});
