import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeliveryState } from "@metrics-link/sandbox/cli/delivery.ts";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { openAuthority } from "@metrics-link/sandbox/services/authority.ts";
import { untilAtWork } from "@metrics-link/sandbox/testing/faults/power.ts";
import { parse, stringify } from "yaml";
import { eventually } from "../support/eventually.ts";
import { on, receiver, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const { layout } = sandbox;
const url = "https://alertmanager.ops.example";
const ca = "/opt/metrics-link/current/prometheus/alertmanager-0.ca.pem";
/** The bcrypt hash of the word "another". */
const hashOfAnother = "$2b$10$AP72I7qSWh8yz8uH/ARkauqa..tX.PrJq4VSs6iI8Uw/aNwQSpFVe";
const file = (name: string) => join(layout.alertmanager, name);

/** What an Alertmanager is asked with by hand, and the code of its answer. */
const ask = async (host: string, ...words: string[]) => {
  const curl = ["curl", "--silent", "--max-time", "5", "--output", "/dev/null", "--write-out", "%{http_code}"];
  const { code, stdout } = await sandbox.world.exec(host, [...curl, ...words, url]);
  return { code, status: stdout };
};

const delivery = async (): Promise<DeliveryState> => (await statusOf(sandbox, 1)).delivery;

/** Alerts that fire are sent again each minute; a Prometheus that has just started sends them at once. */
async function sendAtOnce(): Promise<void> {
  await on("receiver", "systemctl", "restart", "metrics-link-prometheus");
  await untilAtWork(sandbox, "receiver");
}

/** How many alerts the receiver's Prometheus, as it runs now, could not deliver: its alert looks back over others. */
async function failures(): Promise<number> {
  const metrics = await on("receiver", "curl", "--silent", "--fail", "http://127.0.0.1:9090/metrics");
  return Number(/^prometheus_notifications_errors_total\{.*\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

/** The Alertmanager with something else, from its start on: connections that are open already would not notice. */
async function startedWith(change: () => void): Promise<void> {
  await sandbox.world.alertmanager("off");
  change();
  await sandbox.world.alertmanager("on");
}

describe("an Alertmanager behind an endpoint service", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("has each host's Watchdog, with labels that distinguish the two", async () => {
    const found = await eventually(
      "both hosts' alerts to be there",
      async (note) => {
        const state = await delivery();
        note(state);
        return "received" in state && state.received.length === 2 && state.missing.length === 0 ? state : undefined;
      },
      90_000,
      1000,
    );
    const watchdogs = found.received.filter(({ alerts }) => alerts.includes("Watchdog")).map(({ from }) => from);
    assert.deepEqual(watchdogs, [{ account: "111111111111", link_side: "sends" }, { link_side: "receives" }]);
  });

  it("is reachable only from the hosts, over end-to-end TLS and with the password", async () => {
    for (const host of ["sender", "receiver"]) {
      assert.deepEqual(await ask(host, "--cacert", ca), { code: 0, status: "401" }, host);
      // The system's authorities have the one behind the AWS endpoints among them; curl's 60 is a certificate not known.
      assert.deepEqual(await ask(host), { code: 60, status: "000" }, host);
    }
    assert.equal((await ask("outsider", "--insecure")).code, 6, "curl's code for a name that does not resolve");
  });

  const faults = [
    {
      what: "another authority's certificate",
      files: ["server.pem", "server.key"],
      change: async () => {
        const authority = await openAuthority(file("another-authority"), "another authority");
        const { cert, key } = await authority.issue(["alertmanager.ops.example"]);
        return () => {
          writeFileSync(file("server.pem"), cert);
          writeFileSync(file("server.key"), key);
        };
      },
      log: /certificate signed by unknown authority/,
    },
    {
      what: "another password",
      files: ["web.yml"],
      change: async () => {
        const web = parse(readFileSync(file("web.yml"), "utf8"));
        web.basic_auth_users["metrics-link"] = hashOfAnother;
        return () => writeFileSync(file("web.yml"), stringify(web));
      },
      log: /bad response status 401/,
    },
  ];
  for (const { what, files, change, log } of faults) {
    it(`with ${what} gets no alert; the host says why, and AlertsNotDelivered starts`, async () => {
      for (const name of files) copyFileSync(file(name), file(`${name}.kept`));
      const began = (await on("receiver", "date", "+%s")).trim();
      try {
        await startedWith(await change());
        await sendAtOnce();
        const journal = ["journalctl", "--unit=metrics-link-prometheus", `--since=@${began}`, "--output=cat"];
        await eventually(
          "a failed delivery",
          async (note) => {
            const failed = await failures();
            note(failed);
            return failed > 0 ? true : undefined;
          },
          60_000,
          500,
        );
        assert.match(await on("receiver", ...journal), log);
        await eventually(
          "AlertsNotDelivered to begin",
          async (note) => {
            const alerts = (await receiver.alerts()).map(({ labels }) => labels.alertname);
            note(alerts);
            return alerts.includes("AlertsNotDelivered") ? true : undefined;
          },
          60_000,
          500,
        );
        // The sandbox's own look has the same authority and the same password.
        assert.ok("error" in (await delivery()));
      } finally {
        await startedWith(() => {
          for (const name of files) copyFileSync(file(`${name}.kept`), file(name));
        });
      }
    });
  }

  it("has its missing alerts listed until they are delivered", async () => {
    // It keeps no alert over a restart, and the sender sends again within a minute: so first it lacks something.
    await startedWith(() => undefined);
    const before = await delivery();
    assert.ok("missing" in before && before.missing.some(({ alert }) => alert === "Watchdog"), JSON.stringify(before));
    await sendAtOnce();
    await eventually(
      "the receiver's alerts to be there",
      async (note) => {
        const state = await delivery();
        note(state);
        return "missing" in state && state.missing.every(({ host }) => host !== "receiver") ? true : undefined;
      },
      60_000,
      500,
    );
  });
});
