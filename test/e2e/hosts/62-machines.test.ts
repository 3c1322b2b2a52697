import assert from "node:assert/strict";
import { compareWindow } from "@metrics-link/sandbox/cli/link.ts";
import { prometheusOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";
import { LATER_DEBIAN_13_IMAGE } from "@metrics-link/sandbox/cloud/index.ts";
import { EC2 } from "@metrics-link/sandbox/testing/clients.ts";
import { eventually } from "../../support/eventually.ts";
import { runAgent } from "../support/agent.ts";
import { clientOptions, deployer } from "../support/aws.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { beforehand, caughtUp, nothingMissing } from "../support/samples.ts";
import { on, pulumi, receiver, sandbox, sender } from "../support/sandbox.ts";

const hosts = ["receiver", "sender"] as const;
type Host = (typeof hosts)[number];
const dataVolume = "/var/lib/metrics-link";
/**
 * What a power cut of the sender may cost the receiver: what was scraped and waited in memory for its batch (5 s,
 * batch_send_deadline) or for its answer. The queue begins anew at "now"; the sender's own TSDB has the samples.
 */
const mostSecondsUnsent = 8;
const now = () => Date.now() / 1000;

/** Waits until a host that was away scrapes again, which it does once everything on it runs. */
const scrapesAgain = (host: Host, since: number) =>
  eventually(
    `the ${host} to scrape again`,
    async (note) => {
      const newest = await prometheusOf(sandbox, host).value('max(timestamp(up{job="node",account=""}))');
      note(newest);
      return newest !== undefined && newest > since ? newest : undefined;
    },
    90_000,
    500,
  );

/** Who a host is: the certificate that its Envoy has in force, and its release. */
async function identityOf(host: Host): Promise<readonly string[]> {
  const ask = ["curl", "--silent", "--fail", "--unix-socket", "/run/metrics-link-envoy/admin.sock"];
  const { certificates } = JSON.parse(await on(host, ...ask, "http://envoy/certs"));
  return [certificates[0].cert_chain[0].serial_number, await on(host, "readlink", "/opt/metrics-link/current")];
}

/** How many series of its own a host still has of a moment. */
const seriesAt = (host: Host, moment: number) =>
  prometheusOf(sandbox, host).value('count({__name__=~".+",account=""})', moment);

const metric = async (host: Host, name: string) => {
  const page = await on(host, "curl", "--silent", "--fail", "http://127.0.0.1:9090/metrics");
  return Number(new RegExp(`^${name} (\\S+)`, "m").exec(page)?.[1]);
};

describe("machines", function () {
  this.timeout(300_000);

  for (const host of hosts) {
    it(`a reboot of the ${host} loses nothing`, async () => {
      const from = beforehand();
      await sandbox.world.power(host, "reboot");
      await scrapesAgain(host, now());
      await nothingMissing(from, 5_000);
      assert.equal((await runAgent(host)).report.outcome, "converged");
    });
  }

  it("a power cut of the receiver while it writes loses nothing: what it had acknowledged it has, or is sent again", async () => {
    const from = beforehand();
    await sandbox.world.power("receiver", "kill");
    await sandbox.world.power("receiver", "on");
    await scrapesAgain("receiver", now());
    const end = Math.floor(await caughtUp());
    const result = await compareWindow(sender, receiver, externalLabels(sandbox), end - 10, end - 10 - from);
    console.log(`      ${result.missing} of ${result.compared} samples missing`);
    assert.deepEqual([result.missing, result.different, result.unexpected], [0, 0, 0]);
  });

  it(`a power cut of the sender costs the receiver the last ${mostSecondsUnsent} s at most`, async () => {
    const from = beforehand();
    const cut = now();
    await sandbox.world.power("sender", "kill");
    await sandbox.world.power("sender", "on");
    await scrapesAgain("sender", now());
    const end = Math.floor(await caughtUp());
    const { missing, compared, different, missingBetween } = await compareWindow(
      sender,
      receiver,
      externalLabels(sandbox),
      end - 10,
      end - 10 - from,
    );
    console.log(`      ${missing} of ${compared} samples were not sent before the cut`);
    assert.equal(different, 0);
    const [first = cut * 1000, last = cut * 1000] = missingBetween ?? [];
    assert.ok(first >= (cut - mostSecondsUnsent) * 1000, `from ${first}, the cut was at ${cut * 1000}`);
    assert.ok(last <= now() * 1000);
    await nothingMissing(end - 5, 500);
  });

  for (const host of hosts) {
    it(`a new image replaces the instance of the ${host}; volume, samples and identity stay, nothing is missing`, async () => {
      const from = beforehand();
      const moment = from - 20;
      const had = await seriesAt(host, moment);
      assert.ok(had !== undefined && had > 100, `${had} series`);
      const identity = await identityOf(host);
      const instance = await pulumi().output<string>(host, "instanceId");
      await new ChangedConfiguration(host).set("host.imageId", LATER_DEBIAN_13_IMAGE.id);
      await pulumi().must(["up", "-s", host, "--yes", "--skip-preview"]);
      assert.notEqual(await pulumi().output<string>(host, "instanceId"), instance);
      await scrapesAgain(host, now());
      assert.deepEqual(await identityOf(host), identity);
      assert.equal(await seriesAt(host, moment), had, "TSDB and WAL came along");
      await nothingMissing(from, 5_000);
      await pulumi().must(["preview", "-s", host, "--expect-no-changes"]);
    });
  }

  for (const host of hosts) {
    it(`a full data volume of the ${host}: the agent goes on, and once there is room, so does everything`, async () => {
      const filler = `${dataVolume}/filler`;
      const room = `df --output=avail --block-size=1 ${dataVolume} | tail -1`;
      const process = await on(host, "systemctl", "show", "--property=MainPID", "metrics-link-prometheus");
      await on(host, "sh", "-c", `fallocate --length "$(${room})" ${filler}`);
      try {
        await eventually(
          "Prometheus to notice",
          async (note) => {
            const failed = await metric(host, "prometheus_tsdb_wal_writes_failed_total");
            note(failed);
            return failed > 0 ? failed : undefined;
          },
          60_000,
          500,
        );
        const { report } = await runAgent(host);
        assert.equal(report.outcome, "converged", "what the agent writes is on another disk");
        assert.equal(await on(host, "ls", dataVolume), "filler\nlost+found\nprometheus\n");
      } finally {
        await on(host, "rm", "--force", filler);
      }
      const freed = now();
      await scrapesAgain(host, freed + 2);
      await nothingMissing(Math.ceil(freed) + 3, 200);
      assert.equal(await on(host, "systemctl", "show", "--property=MainPID", "metrics-link-prometheus"), process);
    });
  }

  it("volume and address outlive their stack, unless a person lifts the protection", async () => {
    const ec2 = new EC2(clientOptions(await deployer("111111111111")));
    const kept = async () => {
      const { Volumes = [] } = await ec2.describeVolumes({});
      const { Addresses = [] } = await ec2.describeAddresses({});
      const data = Volumes.filter(({ Tags }) => Tags?.some(({ Value }) => Value === "sender-data"));
      return [data.map(({ VolumeId }) => VolumeId), Addresses.map(({ PublicIp }) => PublicIp)];
    };
    const before = await kept();
    assert.deepEqual(
      before.map(({ length }) => length),
      [1, 1],
    );
    const { code, stdout, stderr } = await pulumi().run(["destroy", "-s", "sender", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(`${stdout}${stderr}`, /protected/);
    assert.deepEqual(await kept(), before);
  });
});
