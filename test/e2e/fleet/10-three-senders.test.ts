import assert from "node:assert/strict";
import { defaultLimits } from "@metrics-link/envoy";
import { join, leave, neighbour, suspend } from "@metrics-link/sandbox/cli/guests.ts";
import { prove } from "@metrics-link/sandbox/cli/prove.ts";
import { silentReport } from "@metrics-link/sandbox/cli/report.ts";
import { exchangeOf, type SandboxStack, senderNames, wholeName } from "@metrics-link/sandbox/cli/stack-files.ts";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { up } from "@metrics-link/sandbox/cli/up.ts";
import { busiest, cutOff, isOfAge } from "@metrics-link/sandbox/testing/connections.ts";
import { identitiesOf } from "@metrics-link/sandbox/testing/identities.ts";
import { accounts } from "@metrics-link/sandbox/world/accounts.ts";
import { z } from "zod";
import { compareSince, describeCompared } from "../../../scripts/stack/compare.ts";
import { encodeV1, snappy } from "../../unit/gate/messages.ts";
import { must } from "../support/commands.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { logged } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import {
  arrives,
  closedByReceiver,
  connectionsOf,
  fallsSilent,
  longestLag,
  namedForLimit,
  now,
  refused,
  steady,
  third,
  writes,
} from "../support/fleet.ts";
import { attempt } from "../support/hostile.ts";
import { beforehand } from "../support/samples.ts";
import { on, place, pulumi, receiver, report, sandbox } from "../support/sandbox.ts";
import { carryLoad } from "../support/series-load.ts";
import { needs, world } from "../support/world.ts";

/** Beside some 2,200 that a sandbox's sender has of itself. */
const loadSeries = 2800;
const floodSeries = 10_000;
/** The tools of a machine in no stack, and its files, are those of this one. */
const folder = `/run/hostile-${sandbox.layout.tag}`;

const contract = z.object({ egressAddresses: z.array(z.string()) });

const update = (stack: SandboxStack) => pulumi().must(["up", "-s", stack, "--yes", "--skip-preview"]);
const tried = (stack: SandboxStack) => pulumi().run(["up", "-s", stack, "--yes", "--skip-preview"]);

describe("three senders in three accounts", function () {
  needs(world.nothing);
  this.timeout(1_200_000);
  const quiet: (() => Promise<void>)[] = [];
  let from: number;
  let floodedSince: number;
  let limited: ChangedConfiguration | undefined;
  /** Of each that goes on writing: the connection that carries most of it, and what the receiver has closed. */
  let beginning: { readonly id: number | undefined; readonly closed: number }[];
  const carriers = () => Promise.all(steady.map(async (host) => busiest(await connectionsOf(host, now() - 10))));

  before(async () => {
    await up(sandbox, report, 2);
    for (const host of steady) quiet.push(await carryLoad(host, "load", loadSeries));
    // Both Envoys end a connection after ten minutes, so what is looked at begins with new ones.
    for (const host of steady) await on(host, "systemctl", "restart", "metrics-link-envoy");
    for (const host of steady) await writes(host, now());
    from = beforehand() + 10;
    await eventually("ten seconds of it", () => (now() > from + 10 ? true : undefined), 20_000, 500);
    const ids = await carriers();
    beginning = await Promise.all(
      steady.map(async (host, index) => ({ id: ids[index], closed: await closedByReceiver(host) })),
    );
    for (const { id } of beginning) assert.notEqual(id, undefined);
  });
  after(async () => {
    for (const stop of quiet.reverse()) await stop();
  });

  it("have one that joins, while the others write", async () => {
    await join(sandbox, [third], report);
    await arrives("its first samples", 0);
  });

  it("are told apart by status and proof", async () => {
    const said: string[] = [];
    await prove(sandbox, { ...silentReport, say: (text) => void said.push(text) });
    const text = said.join("\n");
    for (const [host, name] of Object.entries(senderNames)) {
      assert.match(text, new RegExp(`^samples   ${host}: last .* 0 missing, 0 different, 0 unexpected$`, "m"));
      assert.match(
        text,
        new RegExp(`^writes    ${host} \\(${name}\\): \\d+ samples a second, \\d+ series with \\{account=`, "m"),
      );
    }
    for (const letter of ["a", "c", "d"])
      assert.match(text, new RegExp(`^connected metrics-sender\\.account-${letter}\\.internal from `, "m"));
    assert.match(text, /^refused {3}neighbour, at the address of sender: a TCP connection, and no answer/m);
    const { writers } = await statusOf(sandbox, 1);
    assert.equal(writers.at(-1)?.sender, third, "the one without load writes least");
  });

  it("have one that changes its pinned label in the right order, and in no other", async () => {
    const wrong = new ChangedConfiguration(third);
    await wrong.set("prometheus.externalLabels.account", "renamed");
    const { code, stdout, stderr } = await tried(third);
    wrong.restore();
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /would refuse this sender's series; nothing was changed/);

    const changed = new ChangedConfiguration(third);
    await changed.set("prometheus.externalLabels.site", "shop");
    await update(third);
    await update(exchangeOf(third));
    await arrives("its samples with the label that stays", now());
    await must(
      "trust",
      "accept",
      "--stack",
      "receiver",
      "--peer",
      wholeName(exchangeOf(third)),
      "--label",
      "site=shop",
    );
    await update("receiver");
    await update(exchangeOf("receiver"));
    await changed.set("prometheus.externalLabels.account", "renamed");
    await update(third);
    await update(exchangeOf(third));
    await arrives("its samples with the other account", now());
  });

  it("have one that is suspended and resumed: meanwhile nothing of it arrives, and then all of it", async () => {
    // The queue began anew with the label: what was scraped just before is the repairer's, and not what this is about.
    const since = Math.ceil(await arrives("what the new queue sends", now()));
    await suspend(sandbox, third, "drill: an audit of its team", report);
    await fallsSilent();
    const resumed = now();
    await suspend(sandbox, third, undefined, report);
    await arrives("its samples again", resumed);
    const compared = await compareSince(sandbox, since, third);
    report.say(`${third}, suspended and resumed: ${describeCompared(compared)}`);
    assert.equal(compared.missing, 0);
  });

  it("have one that floods the receiver, and the others stay less than 5 s behind", async () => {
    floodedSince = Math.ceil(await arrives("what it writes before", now()));
    quiet.push(await carryLoad(third, "flood", floodSeries));
    await arrives("the flood", now());
    assert.ok((await longestLag()) < 5);
  });

  it("are told before it reaches a limit of its own, and which", async () => {
    limited = new ChangedConfiguration("receiver");
    const series = (await receiver.value(`metrics_link_gate_active_series{sender="${senderNames[third]}"}`)) ?? 0;
    assert.ok(series > floodSeries, `${series} series`);
    const limits = `senders[${sandbox.files.senders().indexOf(third)}].limits`;
    await limited.set(`${limits}.activeSeries`, `${Math.ceil(series / 0.9)}`);
    await limited.set(`${limits}.samplesPerSecond`, `${floodSeries / 4}`);
    await limited.set("prometheus.alerts.SenderNearLimit.for", "5s");
    await update("receiver");
    const share = await namedForLimit("active_series", 0.8);
    assert.ok(share < 1, `${share}`);
    assert.equal(await refused("active_series"), 0);
  });

  it("stay less than 5 s behind while it is refused for its limit, which the alert names", async () => {
    await namedForLimit("samples_per_second", 1);
    const before = await refused("sample_rate");
    assert.ok((await longestLag()) < 5);
    assert.ok((await refused("sample_rate")) > before);
  });

  it("see all that it wrote arrive once it may write more", async () => {
    limited?.restore();
    await update("receiver");
    await quiet.pop()?.();
    const compared = await compareSince(sandbox, floodedSince, third);
    report.say(`${third}, refused above its limit for a while: ${describeCompared(compared)}`);
    assert.equal(compared.missing + compared.different, 0, compared.examples.join("\n"));
  });

  it("have one that leaves: nothing of it arrives any more", async () => {
    await leave(sandbox, third, report);
    await fallsSilent();
  });

  it("leave the connections of the others open all the while, and lose no sample of theirs", async () => {
    for (const [index, host] of steady.entries()) {
      const all = await connectionsOf(host, from);
      const lifetime = defaultLimits.connectionLifetimeSeconds;
      assert.deepEqual(cutOff(all, lifetime), [], host);
      // A sender's Envoy has a connection a worker. Which of them carries most may change.
      const open = all.filter(({ ended }) => ended === undefined).map(({ id }) => id);
      const ofAge = all.filter((one) => isOfAge(one, lifetime));
      const kept = [...open, ...ofAge.map(({ id }) => id)];
      assert.ok(kept.includes(beginning[index]?.id ?? 0), `${host}: ${beginning[index]?.id} is not among ${kept}`);
      const closed = (await closedByReceiver(host)) - (beginning[index]?.closed ?? 0);
      assert.ok(closed <= ofAge.length, `${host}: the receiver closed ${closed}, and ${ofAge.length} were of age`);
      const compared = await compareSince(sandbox, from, host);
      const rate = Math.round(compared.compared / compared.seconds);
      report.say(`${host}, ${rate} samples a second on connections ${kept}: ${describeCompared(compared)}`);
      assert.equal(compared.missing + compared.different, 0, compared.examples.join("\n"));
      assert.ok(rate > 3000, `${rate} samples a second`);
    }
  });

  describe("and a neighbour at the address of the first", () => {
    const metric = "neighbour_was_here";
    let endpoint = "";
    const body = `${folder}/body`;
    const credentials = ["--cert", `${folder}/leaf.pem`, "--key", `${folder}/leaf.key`];
    const headers = [
      "Content-Encoding: snappy",
      "Content-Type: application/x-protobuf",
      "X-Prometheus-Remote-Write-Version: 0.1.0",
    ];
    const post = [...headers.flatMap((header) => ["--header", header]), "--data-binary", `@${body}`];
    const write = (host: string, words: readonly string[]) =>
      attempt(host, endpoint, "/api/v1/write", [...post, ...words]);

    async function give(host: string, identity: { readonly chain: string; readonly key: string }): Promise<void> {
      const labels = [["__name__", metric] as const, ["account", accounts.sender] as const];
      const message = snappy(encodeV1([{ labels, samples: [{ value: 1, timestamp: Date.now() }] }]));
      await place(host, `${body}.base64`, Buffer.from(message).toString("base64"));
      const decoded = await sandbox.world.exec(host, ["sh", "-c", 'base64 -d "$0.base64" > "$0"', body]);
      assert.equal(decoded.code, 0, decoded.stderr);
      await place(host, `${folder}/leaf.pem`, identity.chain);
      await place(host, `${folder}/leaf.key`, identity.key);
    }
    before(async () => {
      endpoint = (await statusOf(sandbox, 1)).link.endpoint ?? "";
    });
    after(async () => {
      await on("sender", "rm", "-rf", folder);
      await sandbox.world.exec(neighbour, ["rm", "-rf", folder]);
    });

    it("is admitted by the fence of addresses, and refused without a certificate and with another sender's", async () => {
      await give(neighbour, (await identitiesOf(sandbox, "sender-c")).leaf);
      const address = (await pulumi().output("sender", "contract", contract)).egressAddresses[0];
      for (const words of [[], credentials]) {
        const since = now();
        assert.equal((await write(neighbour, words)).status, 0);
        const line = await logged(
          "receiver",
          since,
          "the failed handshake",
          (one) => one.type === "connection" && one.tls_failure !== null,
        );
        assert.equal(String(line.source).split(":")[0], address);
        assert.equal(line.filter_chain, senderNames.sender);
      }
      assert.deepEqual(await receiver.vector(metric), []);
    });

    it("would be stored if it had the first one's key, which no fence can tell from the sender", async () => {
      const { leaf } = await identitiesOf(sandbox, "sender");
      await give(neighbour, leaf);
      assert.equal((await write(neighbour, credentials)).status, 204);
      assert.equal((await receiver.vector(metric)).length, 1);
    });
  });
});
