import assert from "node:assert/strict";
import { readFileSync, readlinkSync } from "node:fs";
import { readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import type { ReleaseInput } from "@metrics-link/release";
import { describe, it } from "mocha";
import { bootstrapWith, convergedHost, type FakeHost, file, soundRelease, tool } from "./fake-host.ts";
import { Killer } from "./killer.ts";

/** Another release in which nothing is as before but the peer's root. */
function changedRelease(): ReleaseInput {
  const sound = soundRelease();
  const changed = [
    file("envoy/bootstrap.json", bootstrapWith({ a: 1 })),
    file("prometheus/prometheus.yml", "global: {scrape_interval: 1s}\n"),
  ];
  return {
    ...sound,
    files: [...sound.files.filter(({ path }) => !changed.some((one) => one.path === path)), ...changed],
    tools: [tool("node", "the node"), tool("envoy", "envoy two")],
    secrets: sound.secrets.map((secret) => ({ ...secret, versionId: "version-2" })),
  };
}

/** What the two services took up when they were last started or told to reload. */
class Services {
  readonly runOn = new Map<string, string>();
  readonly #host: FakeHost;

  constructor(host: FakeHost) {
    this.#host = host;
    for (const unit of ["metrics-link-envoy.service", "metrics-link-prometheus.service"])
      this.runOn.set(unit, this.onDisk(unit));
    const { onCommand } = host;
    host.onCommand = (argv) => {
      const [command, verb = "", unit = ""] = argv;
      if (command === "systemctl" && ["restart", "reload"].includes(verb)) this.runOn.set(unit, this.onDisk(unit));
      return onCommand(argv);
    };
  }

  onDisk(unit: string): string {
    const path = (name: string) => this.#host.path(`/opt/metrics-link/current/${name}`);
    if (unit === "metrics-link-prometheus.service") return readFileSync(path("prometheus/prometheus.yml"), "utf8");
    return `${readlinkSync(path("bin/envoy"))} ${readFileSync(path("envoy/bootstrap.json"), "utf8")}`;
  }

  requireUpToDate(where: string): void {
    for (const [unit, content] of this.runOn) assert.equal(content, this.onDisk(unit), `${where}: ${unit}`);
  }
}

/** Anything that only a run in the middle of its work may have on disk. */
async function leftovers(host: FakeHost): Promise<string[]> {
  const entries = await readdir(host.root, { recursive: true });
  return entries.filter((path) => /\.(new|partial|download|unpacked)$|\.check(\.json)?$/.test(path));
}

interface Story {
  readonly what: string;
  /** Makes what the killed run finds. */
  readonly prepare: (host: FakeHost, first: string) => Promise<string>;
  /** The run after it, and how that has to end. */
  readonly next: (host: FakeHost, ids: { readonly first: string; readonly target: string }) => Promise<string>;
}

const brokenFile = "/opt/metrics-link/current/prometheus/prometheus.yml";
const stories: readonly Story[] = [
  {
    what: "on the way to a new release, the next run finishes",
    prepare: (host) => host.publish(changedRelease()),
    next: async (host, { target }) => {
      assert.equal((await host.timerRun()).outcome, "converged");
      return target;
    },
  },
  {
    what: "on the way to a new release that is then withdrawn, the next run undoes",
    prepare: (host) => host.publish(changedRelease()),
    next: async (host, { first }) => {
      await host.publish(soundRelease());
      assert.equal((await host.timerRun()).outcome, "converged");
      return first;
    },
  },
  {
    what: "on the way to a release that never gets healthy, or on the way back, the next run is back",
    prepare: async (host) => {
      const target = await host.publish(changedRelease());
      host.onAsk = () => ({
        status: readlinkSync(host.path("/opt/metrics-link/current")).endsWith(target) ? 503 : 200,
        body: "",
      });
      return target;
    },
    next: async (host, { first }) => {
      const { outcome, refused } = await host.timerRun();
      // Killed after it had written down its verdict, it has nothing more to try.
      assert.equal(outcome, refused && outcome === "converged" ? "converged" : "rolledBack");
      return first;
    },
  },
  {
    what: "while it puts back what differed from the release, the next run finishes",
    prepare: async (host, first) => {
      await writeFile(host.path(brokenFile), "broken");
      return first;
    },
    next: async (host, { first }) => {
      assert.equal((await host.timerRun()).outcome, "converged");
      return first;
    },
  },
];

describe("agent: killed at any step", function () {
  this.timeout(120_000);

  for (const { what, prepare, next } of stories) {
    it(what, async () => {
      let kills = 0;
      for (let at = 1; ; at += 1) {
        const { host, first } = await convergedHost();
        try {
          const target = await prepare(host, first);
          const services = new Services(host);
          const where = `killed at step ${at}`;
          const wasKilled = await Killer.strike(at, (before) => {
            const { run } = host.effects;
            const effects = {
              ...host.effects,
              run: async (...args: Parameters<typeof run>) => before().then(() => run(...args)),
            };
            return host.timerRun(effects);
          });
          if (!wasKilled) break;
          kills += 1;
          const inForce = await next(host, { first, target });
          assert.equal(await readlink(host.path("/opt/metrics-link/current")), `releases/${inForce}`, where);
          services.requireUpToDate(where);
          const key = await stat(host.path("/opt/metrics-link/current/tls/private-key.pem"));
          assert.equal(key.mode & 0o7777, 0o400, where);
          assert.match(
            await readFile(host.path("/opt/metrics-link/current/tls/private-key.pem"), "utf8"),
            /^key (one|two)$/,
          );
          host.commands.length = 0;
          const again = await host.timerRun();
          assert.deepEqual([again.outcome, again.driftedFiles, host.changes], ["converged", [], []], where);
          assert.deepEqual(await leftovers(host), [], where);
        } finally {
          await host.remove();
        }
      }
      assert.ok(kills > 20, `only ${kills} steps were found to be killed at`);
    });
  }
});
