import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AccessLogLine } from "@metrics-link/sandbox/cli/access-log.ts";
import { accessLog } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { outage, startUnit, stopUnit } from "../support/outage.ts";
import { beforehand, caughtUp, nothingMissing } from "../support/samples.ts";
import { on } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

/** The most that `systemd-analyze security` may give a unit; up to here its word is OK. */
const exposureLimit = 2.0;
/** Sets of capabilities, as /proc/PID/status has them: nothing, and CAP_NET_BIND_SERVICE alone (capability.h: 10). */
const none = "0000000000000000";
const bindService = "0000000000000400";
/** Everything on a host that runs a program of ours. */
const common = ["agent", "bootstrap", "data", "envoy", "node-exporter", "ports", "prometheus"];
const units: Readonly<Record<string, readonly string[]>> = {
  sender: [...common, "repair"],
  receiver: [...common, "gate"],
};

describe("units on a host", function () {
  needs(world.link);
  this.timeout(1_200_000);

  for (const host of ["sender", "receiver"]) {
    it(`have an exposure of at most ${exposureLimit} each on the ${host}`, async () => {
      const listed = await on(host, "systemctl", "list-unit-files", "--plain", "--no-legend", "metrics-link-*.service");
      const found = listed.split("\n").flatMap((line) => /^(\S+)\.service/.exec(line)?.[1] ?? []);
      assert.deepEqual(found.toSorted(), units[host]?.map((unit) => `metrics-link-${unit}`).toSorted());
      const exposures = await Promise.all(
        found.map(async (unit) => {
          const printed = await on(host, "systemd-analyze", "security", "--no-pager", `${unit}.service`);
          return [unit, Number(/Overall exposure level for \S+: ([\d.]+)/.exec(printed)?.[1])] as const;
        }),
      );
      console.log(`      ${exposures.map(([unit, level]) => `${unit.slice(13)} ${level}`).join(", ")}`);
      assert.deepEqual(
        exposures.filter(([, level]) => !(level <= exposureLimit)),
        [],
      );
    });

    it(`run on the ${host} as users of their own, with no capability except to bind their ports`, async () => {
      for (const [unit, user] of [
        ["envoy", "envoy"],
        ["prometheus", "prometheus"],
        ["node-exporter", "node-exporter"],
        ...(host === "sender" ? [["repair", "link-repair"] as const] : []),
      ] as const) {
        const pid = (
          await on(host, "systemctl", "show", "--property=MainPID", "--value", `metrics-link-${unit}`)
        ).trim();
        const owner = (await on(host, "stat", "--format=%U", `/proc/${pid}`)).trim();
        const status = await on(host, "cat", `/proc/${pid}/status`);
        const capabilities = [...status.matchAll(/^Cap(Inh|Prm|Eff|Bnd|Amb):\s*(\S+)$/gm)].map(([, , set]) => set);
        const wanted = unit === "repair" ? none : bindService;
        assert.deepEqual([owner, new Set(capabilities)], [user, new Set([wanted])], unit);
      }
    });
  }

  it("run the gate as a user who exists only while it runs, in no group but its own", async () => {
    const pid = (
      await on("receiver", "systemctl", "show", "--property=MainPID", "--value", "metrics-link-gate")
    ).trim();
    const status = await on("receiver", "cat", `/proc/${pid}/status`);
    const ids = (name: string) => new Set(new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1]?.split(/\s+/));
    const [uid] = ids("Uid");
    // systemd.exec(5), DynamicUser=
    assert.ok(Number(uid) >= 61_184 && Number(uid) <= 65_519, `${uid}`);
    const groups = [...ids("Groups")].filter((group) => group !== "" && !ids("Gid").has(group));
    assert.deepEqual(groups, []);
    const capabilities = [...status.matchAll(/^Cap(Inh|Prm|Eff|Bnd|Amb):\s*(\S+)$/gm)].map(([, , set]) => set);
    assert.deepEqual(new Set(capabilities), new Set([none]));
  });

  it("have not failed", async () => {
    for (const host of ["sender", "receiver"]) {
      assert.equal(
        await on(host, "systemctl", "list-units", "--failed", "--plain", "--no-legend", "metrics-link-*"),
        "",
      );
    }
  });
});

describe("files on a host", () => {
  needs(world.link);
  const ours = [
    "/opt/metrics-link",
    "/etc/metrics-link",
    "/var/lib/metrics-link",
    "/var/lib/metrics-link-agent",
    "/run/metrics-link-*",
  ];
  /** What a user who owns nothing finds, without the insides of the tools. */
  const nobodyFinds = async (host: string, ...what: string[]) => {
    const nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    const tools = "-path '/opt/metrics-link/tools/*/*/*' -prune";
    const find = `${nobody} find ${ours.join(" ")} ${tools} -o ${what.join(" ")} -print 2>/dev/null || true`;
    return (await on(host, "sh", "-c", find)).split("\n").filter(Boolean);
  };
  const meantForAll = [
    /^\/opt\/metrics-link\/bin\/(agent|bootstrap|data-volume)$/,
    /^\/opt\/metrics-link\/agent\/[0-9a-f]{64}\.mjs$/,
    /^\/opt\/metrics-link\/tools\/[a-z_]+\/[0-9a-f]{64}\.seal\.json$/,
    // Hashes, versions and names, of secrets as well; what is certified, and how services are started.
    /^\/opt\/metrics-link\/releases\/[0-9a-f]{64}\/(release\.json|systemd\/[a-z-]+\.service|envoy\/drain\.sh|ports\/keep-ports\.mjs|tls\/own-root\.pem|gate\/gate\.(mjs|json))$/,
    /^\/etc\/metrics-link\/agent\.json$/,
    /^\/var\/lib\/metrics-link-agent\/(status\.json|textfile\/[a-z-]+\.prom)$/,
    /^\/run\/metrics-link-(repair\/metrics-link-repair|gate-metrics\/gate)\.prom$/,
  ];

  for (const host of ["sender", "receiver"]) {
    it(`are readable by every user on the ${host} only where intended`, async () => {
      const found = await nobodyFinds(host, "-type f", "-readable");
      assert.ok(found.length > 10, `${found}`);
      assert.deepEqual(
        found.filter((path) => !meantForAll.some((pattern) => pattern.test(path))),
        [],
      );
    });

    it(`are not writable by other users on the ${host}`, async () => {
      assert.deepEqual(await nobodyFinds(host, "! -type l", "-writable"), []);
    });
  }
});

describe("a data volume that is attached late", function () {
  needs(world.link);
  this.timeout(1_200_000);
  const units = ["metrics-link-data.service", "var-lib-metrics\\x2dlink.mount", "metrics-link-prometheus.service"];
  const states = async () =>
    (await on("receiver", "sh", "-c", `systemctl is-active '${units.join("' '")}' || true`)).trim();

  it("delays Prometheus until it is mounted, which then starts with its data", async () => {
    const from = beforehand();
    const folder = "/dev/disk/by-id";
    await stopUnit("receiver", "metrics-link-prometheus");
    await on("receiver", "systemctl", "stop", ...units);
    try {
      await on("receiver", "mv", folder, `${folder}.away`);
      await on("receiver", "systemctl", "start", "--no-block", "metrics-link-prometheus");
      await eventually("the volume to be waited for", async (note) => {
        const found = await states();
        note(found);
        return found === "activating\ninactive\ninactive" ? true : undefined;
      });
    } finally {
      await on("receiver", "mv", `${folder}.away`, folder);
    }
    await eventually("everything to run", async (note) => {
      const found = await states();
      note(found);
      return found === "active\nactive\nactive" ? true : undefined;
    });
    await startUnit("receiver", "metrics-link-prometheus");
    await nothingMissing(from, 10_000);
  });
});

describe("a restart of Envoy under load", function () {
  needs(world.link);
  this.timeout(1_200_000);
  const load = readFileSync(join(import.meta.dirname, "..", "support", "load.py"), "utf8");
  const restarts = 4;

  /** Restarts a host's Envoy again and again while the link is busy. @returns what became of the batches, by outcome */
  /** What an earlier test broke is over: a sample of now has arrived. */
  before(() => caughtUp(Date.now() / 1000));

  async function restartUnderLoad(host: string): Promise<Record<string, number>> {
    const busy = on("sender", "python3", "-c", load, `${restarts * 2 + 2}`, "4", "8");
    const costs: number[] = [];
    for (let restart = 0; restart < restarts; restart += 1) {
      await outage(1.5);
      const start = Date.now();
      await on(host, "systemctl", "restart", "metrics-link-envoy");
      costs.push(Date.now() - start);
    }
    const outcomes = JSON.parse(await busy);
    console.log(`      ${costs.map((cost) => `${cost} ms`).join(", ")}; ${JSON.stringify(outcomes)}`);
    assert.ok(outcomes[204] > 500, "the link was busy");
    return outcomes;
  }

  /** Neither the drain itself nor a request that had to be cut off. */
  async function nothingToComplainOf(host: string, since: number): Promise<void> {
    const unit = ["--unit=metrics-link-envoy", `--since=@${since}`];
    const journal = await on(host, "journalctl", ...unit, "--output=cat", "--no-pager");
    assert.doesNotMatch(journal, /cut off|curl:|drain\.sh|Failed with result|State 'stop-sigterm' timed out/);
  }

  /** The requests that the sender's Envoy did not answer as the receiver's Prometheus would have. */
  const failed = async (since: number) =>
    (await accessLog("sender", since)).filter(({ type, status }) => type === "request" && status !== 204);

  /** Prometheus keeps its connection while it has nothing to send, and may write on it just as Envoy ends (decision 0212). */
  const cameAsEnvoyEnded = ({ user_agent, details, duration_ms }: AccessLogLine) =>
    String(user_agent).startsWith("Prometheus/") &&
    String(details).startsWith("downstream_local_disconnect") &&
    Number(duration_ms) < 1000;

  it("of the receiver fails requests only while there is no connection, and loses no sample", async () => {
    const from = beforehand();
    const since = Math.floor(Date.now() / 1000);
    const outcomes = await restartUnderLoad("receiver");
    assert.deepEqual(
      Object.keys(outcomes).filter((outcome) => outcome !== "204" && outcome !== "503"),
      [],
    );
    await nothingMissing(from, 10_000);
    const failures = await failed(since);
    assert.ok(failures.length > 0, "some came between stop and start");
    assert.deepEqual(
      failures.filter(({ status, flags }) => `${status} ${flags}` !== "503 UF"),
      [],
    );
    await nothingToComplainOf("receiver", since);
  });

  it("of the sender fails requests only as it ends and while there is no connection, and loses no sample", async () => {
    const from = beforehand();
    const since = Math.floor(Date.now() / 1000);
    const outcomes = await restartUnderLoad("sender");
    assert.ok((outcomes.refused ?? 0) > 0, "some came between stop and start");
    assert.equal(outcomes["cut off"], undefined);
    await nothingMissing(from, 10_000);
    const failures = await failed(since);
    assert.deepEqual(
      failures.filter((line) => !cameAsEnvoyEnded(line)),
      [],
    );
    assert.ok(failures.length <= restarts, `${failures.length} requests came as Envoy ended`);
    await nothingToComplainOf("sender", since);
  });
});
