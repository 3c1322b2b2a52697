import assert from "node:assert/strict";
import type { GateConfigurationFile } from "@metrics-link/gate";
import { type Release, sha256 } from "@metrics-link/release";
import { externalLabels, statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { Releases } from "@metrics-link/sandbox/testing/releases.ts";
import { encodeV1, encodeV2, type Series, snappy } from "../../unit/gate/messages.ts";
import { runAgent } from "../support/agent.ts";
import { eventually } from "../support/eventually.ts";
import { valid } from "../support/hostile.ts";
import { outage } from "../support/outage.ts";
import { beforehand, nothingMissing, upForAWhile } from "../support/samples.ts";
import { on, place, receiver, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const folder = "/run/gate-test";
const gate = "metrics-link-gate";
const file = "gate/gate.json";
const contentTypes = { 1: "application/x-protobuf", 2: "application/x-protobuf;proto=io.prometheus.write.v2.Request" };
const versions = { 1: "0.1.0", 2: "2.0.0" };

/** A release with another configuration of the gate, and a probe that waits for that one. */
function judgingBy(release: Release, change: (configuration: GateConfigurationFile) => void): Release {
  const before = release.files.find(({ path }) => path === file)?.content ?? "";
  const configuration = JSON.parse(before) as GateConfigurationFile;
  change(configuration);
  const content = `${JSON.stringify(configuration)}\n`;
  const files = release.files.map((one) => (one.path === file ? { ...one, content, sha256: sha256(content) } : one));
  const probes = release.probes.map((probe) =>
    probe.kind === "http" && probe.contains === `configuration ${sha256(before)}`
      ? { ...probe, contains: `configuration ${sha256(content)}` }
      : probe,
  );
  return { ...release, files, probes };
}

/** A release with a gate that does the same, in another file. */
function withAnotherProgram(release: Release): Release {
  const another = (content: string) => ({
    content: `${content}// Another one.\n`,
    sha256: sha256(`${content}// Another one.\n`),
  });
  const files = release.files.map((one) => (one.path === "gate/gate.mjs" ? { ...one, ...another(one.content) } : one));
  return { ...release, files };
}

/** What the labels of one series are. */
const labelled = (labels: Readonly<Record<string, string>>): Series => ({
  labels: Object.entries({ __name__: "gate_posed", ...labels }).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  samples: [{ value: 1, timestamp: Date.now() }],
});

describe("what a sender may write", function () {
  needs(world.link);
  this.timeout(600_000);
  let endpoint = "";
  let releases: Releases;
  let account = "";
  let from: number;

  /** A write request with the sender's own leaf, from its own host. @returns the status, and what was answered */
  async function write(version: 1 | 2, labels: Readonly<Record<string, string>>, ...words: string[]) {
    const message = version === 1 ? encodeV1([labelled(labels)]) : encodeV2([labelled(labels)]);
    const body = Buffer.from(snappy(message)).toString("base64");
    const curl = [
      ...["curl", "--silent", "--insecure", "--http2", "--max-time", "20", "--write-out", "\n%{http_code}"],
      ...["--cert", `${folder}/leaf.pem`, "--key", `${folder}/leaf.key`, "--data-binary", "@-"],
      ...["--header", `content-type: ${contentTypes[version]}`, "--header", "content-encoding: snappy"],
      ...["--header", `x-prometheus-remote-write-version: ${versions[version]}`, ...words],
      `https://${endpoint}/api/v1/write`,
    ];
    const printed = await on("sender", "sh", "-c", 'printf %s "$0" | base64 -d | "$@"', body, ...curl);
    const lines = printed.split("\n");
    return { status: Number(lines.at(-1)), text: lines.slice(0, -1).join("\n") };
  }

  /** Brings a changed configuration into force; the gate keeps running. */
  async function reconfigured(change: (configuration: GateConfigurationFile) => void): Promise<void> {
    const pid = await mainPid();
    await releases.publish((release) => judgingBy(release, change));
    const { report, word } = await runAgent("receiver");
    assert.equal(report.outcome, "converged", word);
    assert.equal(await mainPid(), pid, "a change of the configuration restarted the gate");
  }
  const mainPid = async () => (await on("receiver", "systemctl", "show", "--property=MainPID", "--value", gate)).trim();
  const pinned = ({ senders }: GateConfigurationFile) => {
    for (const one of Object.values(senders)) Object.assign(one, { labels: { account } });
  };

  before(async () => {
    await upForAWhile();
    from = beforehand();
    endpoint = (await statusOf(sandbox, 1)).link.endpoint ?? "";
    account = externalLabels(sandbox).account ?? "";
    const { chain, key } = await valid();
    await place("sender", `${folder}/leaf.pem`, chain);
    await place("sender", `${folder}/leaf.key`, key);
    releases = await Releases.of(sandbox, "receiver");
    await reconfigured(pinned);
  });
  after(async () => {
    await releases.withdraw();
    await runAgent("receiver");
    await on("sender", "rm", "-rf", folder);
  });

  // First: what is written by hand below, the sender's Prometheus does not have.
  it("loses no sample while the gate is killed, restarted and reconfigured", async () => {
    for (const signal of ["KILL", "TERM", "KILL"]) {
      await on("receiver", "systemctl", "kill", `--signal=${signal}`, gate);
      await outage(3);
    }
    await on("receiver", "systemctl", "restart", gate);
    await nothingMissing(from, 10_000);
  });

  it("loses no sample while the gate does not answer", async () => {
    await on("receiver", "systemctl", "kill", "--signal=STOP", gate);
    try {
      await outage(15);
    } finally {
      await on("receiver", "systemctl", "kill", "--signal=CONT", gate);
    }
    await nothingMissing(from, 10_000);
  });

  it("loses no sample while the gate has less memory than it needs, and the kernel kills it", async () => {
    const shown = async (property: string) =>
      (await on("receiver", "systemctl", "show", `--property=${property}`, "--value", gate)).trim();
    const limited = (bytes: string) =>
      on("receiver", "systemctl", "set-property", "--runtime", `${gate}.service`, `MemoryMax=${bytes}`);
    const enough = await shown("MemoryMax");
    try {
      // Less than Node takes before it has read a request.
      await limited("16M");
      const since = Math.ceil(Date.now() / 1000);
      await on("receiver", "systemctl", "restart", "--no-block", gate);
      await eventually("the gate to be killed twice", async (note) => {
        const told = await on("receiver", "journalctl", `--unit=${gate}`, `--since=@${since}`, "--output=cat");
        const kills = told.split("\n").filter((line) => line.includes("code=killed, status=9/KILL"));
        note(told.slice(-500));
        return kills.length >= 2 ? true : undefined;
      });
    } finally {
      await limited(enough);
      await on("receiver", "rm", "-rf", `/run/systemd/system.control/${gate}.service.d`);
      await on("receiver", "systemctl", "daemon-reload");
      await on("receiver", "systemctl", "restart", gate);
    }
    await nothingMissing(from, 10_000);
  });

  it("loses no sample while another release replaces the gate", async () => {
    // And back again, so that what follows changes the configuration alone.
    for (const change of [withAnotherProgram, (release: Release) => release]) {
      const pid = await mainPid();
      await releases.publish((release) => change(judgingBy(release, pinned)));
      const { report, word } = await runAgent("receiver");
      assert.equal(report.outcome, "converged", word);
      assert.notEqual(await mainPid(), pid);
    }
    await nothingMissing(from, 10_000);
  });

  for (const version of [1, 2] as const) {
    it(`is a series of its own, in Remote Write ${version}`, async () => {
      const written = { account, version: `${version}` };
      assert.deepEqual(await write(version, written), { status: 204, text: "" });
      assert.equal((await receiver.vector(`gate_posed{version="${version}"}`)).length, 1);
    });

    for (const [what, labels] of [
      ["another account", { account: "222222222222" }],
      ["no account", {}],
      ["the receiver's side", { link_side: "receives" }],
    ] as const) {
      it(`is no series of ${what}, in Remote Write ${version}`, async () => {
        const own = what === "the receiver's side" ? { account } : {};
        const { status, text } = await write(version, { ...own, ...labels, lie: what });
        assert.equal(status, 400, text);
        assert.match(text, /^metrics-link gate: label_(foreign|missing|reserved): /);
      });
    }
  }

  it("is said by its filter chain, and not by a header of its own", async () => {
    const header = (name: string) => ["--header", `x-metrics-link-sender: ${name}`];
    assert.equal((await write(1, { account, lie: "none" }, ...header("somebody"))).status, 204);
    assert.equal((await write(1, { account: "222222222222", lie: "header" }, ...header("account-b"))).status, 400);
  });

  it("is all that is stored, and a lie raises SenderPoses", async () => {
    const stored = await receiver.vector('gate_posed{lie!="",lie!="none"}');
    assert.deepEqual(stored, []);
    await eventually("SenderPoses", async (note) => {
      const alerts = (await receiver.alerts()).filter(({ labels }) => labels.alertname === "SenderPoses");
      note(alerts);
      return alerts.some(({ state, labels }) => state === "firing" && labels.sender === "account-a") ? true : undefined;
    });
    const journal = await on("receiver", "journalctl", "--unit", gate, "--output=cat", "--no-pager");
    assert.match(journal, /"event":"request refused".*"sender":"account-a"/);
  });

  it("is counted and stored while the gate observes, which needs no restart", async () => {
    await reconfigured((configuration) => {
      pinned(configuration);
      configuration.mode = "observe";
    });
    assert.equal((await write(1, { account: "333333333333", observed: "yes" })).status, 204);
    assert.equal((await receiver.vector('gate_posed{observed="yes"}')).length, 1);
    await reconfigured(pinned);
    assert.equal((await write(1, { account: "333333333333", observed: "no" })).status, 400);
  });
});
