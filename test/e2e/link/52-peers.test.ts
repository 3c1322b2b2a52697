import assert from "node:assert/strict";
import { fingerprintOf } from "@metrics-link/contract";
import { hostPaths } from "@metrics-link/release";
import { exchangeOf, type Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { selfSigned } from "../../support/openssl.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { linkIsOpen } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { attempt, valid } from "../support/hostile.ts";
import { beforehand, caughtUp, nothingMissing, upForAWhile } from "../support/samples.ts";
import { on, place, pulumi, receiver, sandbox, sender } from "../support/sandbox.ts";
import { ForgedState } from "../support/state.ts";
import { needs, world } from "../support/world.ts";

const prometheuses = { sender, receiver } as const;
const why = "drill: its key is out";

async function update(role: Role): Promise<string> {
  const { stdout, stderr } = await pulumi().must(["up", "-s", role, "--yes", "--skip-preview"]);
  return `${stdout}${stderr}`;
}

const firing = async (role: Role, name: string) =>
  (await prometheuses[role].alerts()).filter(({ state, labels }) => state === "firing" && labels.alertname === name);
const fires = (role: Role, name: string) =>
  eventually(`${name} to fire`, async () => (await firing(role, name))[0], 60_000, 500);
const ends = (role: Role, name: string) =>
  eventually(`${name} to end`, async () => ((await firing(role, name)).length === 0 ? true : undefined), 60_000, 500);

describe("a peer whose contract is rejected", function () {
  needs(world.link);
  this.timeout(1_200_000);
  const [stranger, roots] = [
    selfSigned("stranger"),
    { sender: "tls/roots/receiver.pem", receiver: "tls/roots/account-a.pem" },
  ];
  /** What any side does with any of these is one function, whose other cases are in test/unit/contract/hostile-peer.test.ts. */
  const cases: readonly {
    readonly role: Role;
    readonly what: string;
    readonly change: (contract: { rootBundle: string }) => object | undefined;
    readonly says: string;
  }[] = [
    {
      role: "receiver",
      what: "offers another root beside its own",
      change: (contract) => ({ ...contract, rootBundle: contract.rootBundle + stranger.pem }),
      says: fingerprintOf(stranger.pem),
    },
    {
      role: "sender",
      what: "is not there, as of a destroyed stack",
      change: () => undefined,
      says: "no output contract",
    },
  ];

  for (const { role, what, change, says } of cases) {
    it(`affects no other peer at the ${role} when it ${what}: the update succeeds and the link stays up`, async () => {
      await upForAWhile();
      const from = beforehand();
      const rootsOnHost = () => on(role, "sha256sum", `${hostPaths.current}/${roots[role]}`);
      const before = await rootsOnHost();
      const forged = await ForgedState.of(exchangeOf(role === "sender" ? "receiver" : "sender"));
      await forged.outputs(({ contract, ...rest }) => {
        const changed = change(contract as { rootBundle: string });
        return changed === undefined ? rest : { ...rest, contract: changed };
      });
      try {
        const printed = await update(role);
        assert.match(printed, /is held/);
        assert.ok(printed.includes(says), printed);
        assert.equal((await fires(role, "PeerHeld")).labels.severity, "warning");
        assert.equal(await rootsOnHost(), before);
        await caughtUp();
      } finally {
        await forged.restore();
      }
      await update(role);
      await ends(role, "PeerHeld");
      await nothingMissing(from, 10 * 500);
    });
  }
});

describe("a suspended peer", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("loses its open connections and cannot reconnect, if it is the only sender; afterwards no sample is missing", async () => {
    await upForAWhile();
    const from = beforehand();
    const endpoint = (await statusOf(sandbox, 1)).link.endpoint ?? "";
    await holdConnection(endpoint);
    const accepted = () => receiver.value('sum(prometheus_http_requests_total{handler="/api/v1/write",code="204"})');

    const configuration = new ChangedConfiguration("receiver");
    await configuration.set("senders[0].suspended", why);
    try {
      assert.ok((await update("receiver")).includes(why));
      assert.equal(await held(), false, "the connection that was open is closed when the update has ended");
      assert.equal((await attempt("sender", endpoint, "/api/v1/write", ["--request", "POST", ...stolen])).status, 0);
      const count = await accepted();
      assert.equal((await fires("receiver", "PeerSuspended")).labels.severity, "info");
      assert.equal((await firing("receiver", "SenderSilent")).length, 0);
      assert.equal(await accepted(), count);
      // The load balancer asks this page: the host is well, though nobody may come.
      const ready = ["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "http://127.0.0.1:8444/ready"];
      assert.equal(await on("receiver", "curl", ...ready), "200");
    } finally {
      configuration.restore();
    }
    await update("receiver");
    await ends("receiver", "PeerSuspended");
    await nothingMissing(from, 20 * 500);
  });

  it("receives nothing if it is the receiver, and everything once the suspension is lifted", async () => {
    await upForAWhile();
    const from = beforehand();
    const started = () => sender.value('process_start_time_seconds{job="prometheus",link_side="sends"}');
    const before = await started();
    const configuration = new ChangedConfiguration("sender");
    await configuration.set("peer.suspended", why);
    try {
      assert.ok((await update("sender")).includes(why));
      assert.equal(await linkIsOpen(), false);
      await fires("sender", "PeerSuspended");
      assert.equal((await firing("sender", "LinkBehind")).length, 0);
    } finally {
      configuration.restore();
    }
    await update("sender");
    await ends("sender", "PeerSuspended");
    await nothingMissing(from, 20 * 500);
    assert.equal(await started(), before, "Prometheus and its queue were not restarted");
  });

  const folder = "/run/suspended";
  const stolen = ["--cert", `${folder}/leaf.pem`, "--key", `${folder}/leaf.key`];

  /** A connection by the valid certificate from the valid address, which stays open. */
  async function holdConnection(endpoint: string): Promise<void> {
    const { chain, key } = await valid();
    await place("sender", `${folder}/leaf.pem`, chain);
    await place("sender", `${folder}/leaf.key`, key);
    const words = `-connect ${endpoint} -cert ${folder}/leaf.pem -cert_chain ${folder}/leaf.pem -key ${folder}/leaf.key -alpn h2`;
    await on(
      "sender",
      "systemd-run",
      "--unit",
      "suspended",
      "--collect",
      "--quiet",
      "/bin/bash",
      "-c",
      `sleep 600 | openssl s_client -quiet ${words}`,
    );
    await eventually("an open connection", async () => ((await held()) ? true : undefined), 10_000, 250);
  }
  const held = async () => (await on("sender", "/bin/sh", "-c", "pgrep -x openssl || true")).trim() !== "";
});
