import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readSeries } from "@metrics-link/host/repair/read.ts";
import { transfer } from "@metrics-link/host/repair/transfer.ts";
import { writeTo } from "@metrics-link/host/repair/write.ts";
import { receiverFlags, renderReceiver, renderSender, senderFlags } from "@metrics-link/prometheus";
import { asSent } from "@metrics-link/release";
import fc from "fast-check";
import { eventually } from "../../support/eventually.ts";
import { freePorts } from "../../support/free-ports.ts";
import { scrapeFile } from "./examples.ts";
import { PrometheusProcess } from "./prometheus-process.ts";

type Labels = Readonly<Record<string, string>>;

/** Values with every character that RE2, a template or YAML gives a meaning, and as long as they may be. */
const identity = {
  account: '111.*+?()|[]{}^\\ "日本": #',
  role: "x".repeat(200),
  exported_role: "no",
};

const keyOf = (labels: Labels) => JSON.stringify(Object.entries(labels).toSorted());
const escaped = (value: string) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
const line = ({ __name__ = "", ...labels }: Labels, value: number) =>
  `${__name__}{${Object.entries(labels).map(([name, one]) => `${name}="${escaped(one)}"`)}} ${value}`;

describe("a sender's identity between two real Prometheus", function () {
  this.timeout(120_000);
  let exposed: readonly Labels[] = [];
  let target: Server;
  let [sender, receiver]: (PrometheusProcess | undefined)[] = [];
  let job: Labels = {};
  before(async () => {
    target = createServer((_request, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(`${exposed.map((labels, index) => line(labels, index)).join("\n")}\n`);
    });
    await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
    const instance = `127.0.0.1:${(target.address() as AddressInfo).port}`;
    job = { job: "posed", instance };
    const [one = 0, other = 0] = await freePorts(2);
    receiver = await PrometheusProcess.start(
      renderReceiver({ scrapeInterval: "1h", externalLabels: {}, outOfOrderTimeWindow: "2h" }),
      receiverFlags({ dataVolumeGiB: 1 }),
      other,
      0,
    );
    const rules = [
      { record: "ruled", expr: "vector(1)", labels: { account: "222" } },
      { record: "ruled", expr: "vector(2)", labels: { account: "333" } },
    ];
    sender = await PrometheusProcess.start(
      renderSender({
        scrapeInterval: "1s",
        externalLabels: identity,
        linked: true,
        remoteWrite: { batchSendDeadline: "1s" },
        scrapeFiles: scrapeFile({ job_name: "posed", static_configs: [{ targets: [instance] }] }),
        ruleFiles: [
          { name: "rules.yml", path: "rules.yml", content: JSON.stringify({ groups: [{ name: "own", rules }] }) },
        ],
      }),
      senderFlags({ dataVolumeGiB: 1 }),
      one,
      other,
    );
  });
  after(async () => {
    await Promise.all([sender?.stop(), receiver?.stop()]);
    target?.close();
  });

  const arrived = async (name: string) => {
    const found = (await receiver?.query(`last_over_time({__name__="${name}"}[5m])`)) ?? [];
    return new Map(found.map(({ metric, value: [, value] }) => [keyOf({ ...metric, __name__: name }), Number(value)]));
  };

  /** How many series the receiver has of each name that a target or rule of the test told. */
  const seriesByName = async () => {
    const own = "random_.*|posed|apart|right|nested|sides|ruled";
    const found = await receiver?.query(`count by (__name__) (last_over_time({__name__=~"${own}"}[5m]))`);
    return found?.map(({ metric, value: [, count] }) => [metric.__name__, count]);
  };

  /** Exposes series with their index as value, and waits until all of them have arrived, and nothing else. */
  async function arrives(name: string, series: readonly Labels[], expected: readonly Labels[]): Promise<void> {
    exposed = series.map((labels) => ({ __name__: name, ...labels }));
    const wanted = new Map(expected.map((labels, index) => [keyOf({ __name__: name, ...job, ...labels }), index]));
    await eventually(`${name} at the receiver`, async (note) => {
      const found = await arrived(name);
      note(found.size);
      return found.size >= wanted.size || undefined;
    });
    assert.deepEqual(await arrived(name), wanted);
  }

  it("replaces an account that a target tells, and keeps what it told", () =>
    arrives("posed", [{ account: "222" }], [{ ...identity, exported_account: "222" }]));

  it("keeps series apart that differ in that label alone", () =>
    arrives(
      "apart",
      [{ account: "222" }, { account: "333" }, {}, { account: "222", exported_account: "old" }],
      [
        { ...identity, exported_account: "222" },
        { ...identity, exported_account: "333" },
        identity,
        { ...identity, exported_account: "old", exported_exported_account: "222" },
      ],
    ));

  it("leaves a series as it is that tells the right account", () =>
    arrives(
      "right",
      [{ account: identity.account, exported_account: "old" }],
      [{ ...identity, exported_account: "old" }],
    ));

  it("renames a label that is part of the identity itself", () =>
    arrives(
      "nested",
      [{ role: "a", exported_role: "b" }],
      [{ ...identity, exported_exported_exported_role: "a", exported_exported_role: "b" }],
    ));

  it("lets no target tell the receiver's side", () =>
    arrives(
      "sides",
      [{ link_side: "receives" }, { link_side: "sends" }, { link_side: "sends2" }],
      [
        { ...identity, exported_link_side: "receives" },
        { ...identity, link_side: "sends" },
        { ...identity, exported_link_side: "sends2" },
      ],
    ));

  it("labels the series of users' rules alike", async () => {
    const wanted = new Map(
      ["222", "333"].map((account, index) => [
        keyOf({ __name__: "ruled", ...identity, exported_account: account }),
        index + 1,
      ]),
    );
    await eventually("both at the receiver", async () => (await arrived("ruled")).size === 2 || undefined);
    assert.deepEqual(await arrived("ruled"), wanted);
  });

  it("is the same for the queue, for the repairer and for whoever compares", async () => {
    const names = ["account", "role", "exported_account", "exported_role", "exported_exported_role"];
    const name = fc.constantFrom(...names, "link_side", "exported_link_side", "other");
    const strange = ["222", "sends", "receives", ";", ";222", "exported_;222", "$1", "two\nlines", "x", "no"];
    const value = fc.oneof(
      fc.constantFrom(...strange, ...Object.values(identity)),
      fc.string({ unit: "grapheme", minLength: 1 }),
    );
    const labels = fc.dictionary(name, value, { noNullPrototype: true });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(labels, { minLength: 60, maxLength: 150 }), async (generated) => {
        run += 1;
        // One label with the right value and none are the same to the receiver, whatever relabelling does.
        const apart = new Map(generated.map((one) => [keyOf(asSent(one, identity)), one]));
        const series = [...apart.values()];
        await arrives(
          `random_${run}`,
          series,
          series.map((one) => asSent(one, identity)),
        );
      }),
      { numRuns: 4, endOnFailure: true },
    );
    const before = await seriesByName();
    const now = Date.now();
    const source = readSeries(`${sender?.url}/api/v1/read`, { from: now - 60_000, to: now - 5_000 });
    const tally = await transfer(source, writeTo(`${receiver?.url}/api/v1/write`, identity), async () => {});
    assert.ok(tally.series > 200, `${tally.series} series`);
    assert.deepEqual(tally.skipped, {});
    assert.deepEqual(await seriesByName(), before);
  });
});
