import assert from "node:assert/strict";
import type { Socket as DatagramSocket } from "node:dgram";
import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import type { Instance, Topology, Vpc } from "@metrics-link/sandbox/model/topology.ts";
import { run } from "@metrics-link/sandbox/realiser/command.ts";
import {
  bindUdp,
  cleanUp,
  linkLocal,
  listenTcp,
  namespaces,
  Realiser,
  resolverAddress,
  serviceAddresses,
} from "@metrics-link/sandbox/realiser/index.ts";
import { until } from "@metrics-link/sandbox/realiser/until.ts";
import { awsAuthority, openAuthority } from "@metrics-link/sandbox/services/authority.ts";
import { answerQuery } from "@metrics-link/sandbox/services/dns/server.ts";
import type { RoleCredentialsSource } from "@metrics-link/sandbox/services/imds/credentials.ts";
import { imdsListener } from "@metrics-link/sandbox/services/imds/listener.ts";
import { machineState } from "./machine-state.ts";
import { addresses, group, instance, tcp } from "./sample.ts";
import { temporaryLayout } from "./temporary-layout.ts";

const images = join(cacheDirectory(), "images");
const image = readdirSync(images).find((name) => name.startsWith("debian-13-"));
const imageRoot = join(images, image ?? "missing", "root");

const volumeId = "vol-0123456789abcdef0";
const mountData = "mkdir -p /data && { mountpoint -q /data || mount /dev/nvme1n1 /data; }";
const userData = `#cloud-config
runcmd:
  - echo "booted as $(cat /var/lib/cloud/data/instance-id)" >> /var/lib/first-boot
`;

const web = instance("i-0000000000000000a", {
  name: "web",
  subnetId: "subnet-1",
  privateAddress: "10.0.1.10",
  securityGroupIds: ["sg-web"],
  userData: Buffer.from(userData).toString("base64"),
  volumes: [{ volumeId, deviceName: "/dev/sdf", sizeGiB: 1 }],
});
const other = instance("i-0000000000000000b", {
  name: "other",
  subnetId: "subnet-1",
  privateAddress: "10.0.1.11",
  securityGroupIds: ["sg-web"],
});

function world(...instances: Instance[]): Topology {
  const vpc: Vpc = {
    id: "vpc-1",
    account: "111111111111",
    region: "eu-west-1",
    cidr: "10.0.0.0/16",
    subnets: [
      {
        id: "subnet-1",
        cidr: "10.0.1.0/24",
        zone: "eu-west-1a",
        routes: [{ destination: "pl-s3", target: { kind: "gateway-endpoint", id: "vpce-s3" } }],
      },
    ],
    securityGroups: [group("sg-web", { egress: [tcp(443, "pl-s3")] })],
    natGateways: [],
    interfaceEndpoints: [],
    gatewayEndpoints: [{ id: "vpce-s3", service: "s3", prefixListId: "pl-s3", policy: "{}" }],
    loadBalancers: [],
    instances,
  };
  return {
    vpcs: [vpc],
    internetHosts: [{ name: "outsider", address: addresses.outsider }],
    prefixLists: { "pl-s3": ["192.0.2.128/25"] },
    volumeIds: [volumeId],
  };
}

describe("the hosts of a sandbox", function () {
  this.timeout(120_000);
  const layout = temporaryLayout();
  const names = namespaces(layout);
  let current = world();
  let realiser: Realiser;
  let listening: Promise<void> | undefined;
  const servers: (HttpServer | DatagramSocket)[] = [];

  /** Metadata, DNS and S3, as the world provides them. */
  async function listen(): Promise<void> {
    const vpc = () => current.vpcs[0];
    const credentials = { get: () => Promise.reject(new Error("no roles here")) } as unknown as RoleCredentialsSource;
    const metadata = createServer(imdsListener({ vpc, credentials, log: () => {} }));
    servers.push(metadata.listen(await listenTcp(names.vpc("vpc-1"), { host: linkLocal.metadata, port: 80 })));
    const dns = await bindUdp(names.vpc("vpc-1"), { host: resolverAddress("10.0.0.0/16"), port: 53 });
    dns.on("message", (message, from) => {
      const answer = answerQuery(message, current, vpc());
      if (answer) dns.send(answer, from.port, from.address);
    });
    servers.push(dns);
    const authority = await openAuthority(layout.authorityDirectory, awsAuthority);
    const certificate = await authority.issue(["s3.eu-west-1.amazonaws.com"]);
    const s3 = createTlsServer(certificate, (_, response) => response.end("an object"));
    servers.push(s3.listen(await listenTcp(names.internet, { host: serviceAddresses.s3, port: 443 })));
  }

  function realiserOf(): Realiser {
    return new Realiser(layout, {
      imageRoot,
      authorityCertificate: layout.authorityCertificate,
      beforeBoot: () => {
        listening ??= listen();
        return listening;
      },
    });
  }

  async function realise(topology: Topology): Promise<void> {
    current = topology;
    await realiser.realise(topology);
  }

  async function output(host: string, command: string): Promise<string> {
    const { code, stdout, stderr } = await realiser.hosts.exec(host, ["sh", "-c", command], { timeoutMs: 60_000 });
    assert.equal(code, 0, `${command}: ${stderr}`);
    return stdout.trim();
  }

  before(async () => {
    await mkdir(layout.directory, { recursive: true });
    await openAuthority(layout.authorityDirectory, awsAuthority);
    realiser = realiserOf();
    await realiser.start(current.internetHosts);
    await realise(world(web));
  });

  after(async () => {
    for (const server of servers) server.close();
    await realiser.stop();
    await cleanUp(layout);
    assert.deepEqual(Object.values(await machineState(names.prefix)).flat(), []);
    assert.deepEqual(Object.values(await machineState(layout.directory)).flat(), []);
  });

  it("boot to the end of cloud-init, with their name from the metadata service", async () => {
    // It prints a dot for each moment that it waits.
    assert.match(await output("web", "cloud-init status --wait | grep status"), /^\.*status: done$/);
    assert.equal(await output("web", "hostname"), "ip-10-0-1-10");
    assert.equal(await output("web", "cat /var/lib/first-boot"), "booted as i-0000000000000000a");
    assert.equal(await output("web", "cloud-id"), "aws");
    assert.equal(await realiser.hosts.state("web"), "running");
  });

  it("run commands with their exit code, output, input and environment", async () => {
    const argv = ["sh", "-c", 'cat; echo "$GREETING" >&2; exit 3'];
    const result = await realiser.hosts.exec("web", argv, { stdin: "in", environment: { GREETING: "hello" } });
    assert.deepEqual(result, { code: 3, stdout: "in", stderr: "hello\n" });
    await assert.rejects(
      realiser.hosts.exec("web", ["sleep", "30"], { timeoutMs: 300 }),
      /timed out after 0.3 s waiting for/,
    );
    await assert.rejects(realiser.hosts.exec("nobody", ["true"]), /is called nobody; use one of: web, outsider/);
  });

  it("resolve names and trust the sandbox's authority", async () => {
    assert.equal(await output("web", "curl -sS https://s3.eu-west-1.amazonaws.com/x"), "an object");
  });

  it("cannot open this machine's devices", async () => {
    const intrusion = "mknod /root/disk b 7 63 2>&1";
    const { code, stdout } = await realiser.hosts.exec("web", ["sh", "-c", intrusion]);
    assert.equal(code, 1);
    assert.match(stdout, /Operation not permitted/);
  });

  it("give services the open-file limit that they request", async () => {
    // Unless this machine itself has less to give.
    const limit = Number((await run(["sh", "-c", "ulimit -Hn"])).replace("unlimited", "Infinity"));
    assert.equal(Number(await output("web", "ulimit -Hn")), Math.min(limit, 524288));
  });

  it("have a volume from the first boot on, and can write to it", async () => {
    const link = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
    assert.equal(await output("web", `readlink -f ${link}`), "/dev/nvme1n1");
    await output("web", `mkfs.ext4 -q ${link} && ${mountData} && echo kept > /data/file`);
  });

  it("keep root disk and volume over a reboot, and do not run the first boot again", async () => {
    const boot = await output("web", "cat /proc/sys/kernel/random/boot_id; cat /proc/1/stat | cut -d' ' -f22");
    await output("web", "echo mine > /root/file");
    await realiser.hosts.power("web", "reboot");
    // It prints a dot for each moment that it waits.
    assert.match(await output("web", "cloud-init status --wait | grep status"), /^\.*status: done$/);
    assert.notEqual(
      await output("web", "cat /proc/sys/kernel/random/boot_id; cat /proc/1/stat | cut -d' ' -f22"),
      boot,
    );
    assert.equal(await output("web", "cat /root/file; wc -l < /var/lib/first-boot"), "mine\n1");
    assert.equal(await output("web", `${mountData} && cat /data/file`), "kept");
  });

  it("come back after a reboot from inside", async () => {
    const before = await realiser.hosts.leader("web");
    await realiser.hosts.exec("web", ["systemctl", "reboot"]);
    await until("another first process", 30_000, async () => {
      return (await realiser.hosts.leader("web").catch(() => before)) !== before;
    });
    assert.equal(await output("web", "cat /root/file"), "mine");
  });

  it("outlive the program that started them", async () => {
    const before = await realiser.hosts.leader("web");
    realiser = realiserOf();
    await realise(world(web));
    assert.equal(await realiser.hosts.leader("web"), before);
  });

  it("stay off when turned off, and lose only unsynced data in a power cut", async () => {
    // Another host has a copy of this one's mounts, and must not keep them from going.
    await realise(world(web, other));
    await output("web", `${mountData} && echo two > /data/second && echo two > /root/second && sync`);
    await output("web", "echo three > /data/third && echo three > /root/third");
    await realiser.hosts.power("web", "kill");
    assert.equal(await realiser.hosts.state("web"), "stopped");
    await realise(world(web, other));
    assert.equal(await realiser.hosts.state("web"), "stopped");
    await realiser.hosts.power("web", "on");
    const kept = `${mountData} && cd /data && cat file second third; cd /root && cat second third; exit 0`;
    assert.equal(await output("web", kept), "kept\ntwo\ntwo");
    await realiser.hosts.exec("web", ["systemctl", "poweroff"]);
    await until("off", 30_000, async () => (await realiser.hosts.state("web")) === "stopped");
    await realiser.hosts.power("web", "on");
    await realiser.hosts.power("web", "off");
    assert.equal(await realiser.hosts.state("web"), "stopped");
    await realiser.hosts.power("web", "on");
  });

  it("move a volume with its data to another running host, but not while it is mounted", async () => {
    const moved = [
      { ...web, volumes: [] },
      { ...other, volumes: web.volumes },
    ];
    await realise(world(web, other));
    await output("web", mountData);
    await assert.rejects(realise(world(...moved)), /vol-0123456789abcdef0 is mounted at \/data in i-0000000000000000a/);
    await output("web", "umount /data");
    await realise(world(...moved));
    assert.equal(
      await output("web", "ls /dev/nvme1n1 2>&1 || true"),
      "ls: cannot access '/dev/nvme1n1': No such file or directory",
    );
    assert.equal(await output("other", `${mountData} && cat /data/file`), "kept");
    assert.equal(
      await output("other", "hostname; cloud-init status --wait | grep status"),
      "ip-10-0-1-11\nstatus: done",
    );
  });

  it("give a new host the volume of one that was terminated", async () => {
    await realise(world(web));
    const { controlGroups, namespaces: left } = await machineState(names.prefix);
    assert.ok(![...controlGroups, ...left].some((name) => name.includes(other.id)));
    assert.equal(await output("web", `${mountData} && cat /data/file`), "kept");
  });

  it("have a root disk of its size, which can be full", async () => {
    assert.equal(await output("web", "df --block-size=1G --output=size / | tail -1"), "8");
    await output("web", "! fallocate --length 9G /root/filler 2>&1 && rm -f /root/filler");
    await output("web", "fallocate --length $(df --block-size=1 --output=avail / | tail -1) /root/filler");
    const { stdout, stderr } = await realiser.hosts.exec("web", ["sh", "-c", "cat /dev/zero > /root/rest"]);
    assert.match(`${stdout}${stderr}`, /No space left on device/);
    await output("web", "rm /root/filler /root/rest && echo more > /root/more");
  });

  it("stop and start with the topology", async () => {
    await realise(world({ ...web, power: "stopped" }));
    assert.equal(await realiser.hosts.state("web"), "stopped");
    await realise(world(web));
    assert.equal(await realiser.hosts.state("web"), "running");
  });

  it("show their journal and console", async () => {
    assert.match(await realiser.hosts.logs("web", { unit: "cloud-final.service" }), /cloud-init/i);
    assert.match(await realiser.hosts.console("web"), /Reached target .*multi-user/);
  });

  it("include the outsider, which has this machine's tools and an internet address", async () => {
    const { stdout } = await realiser.hosts.exec("outsider", ["ip", "-brief", "address", "show", "eth0"]);
    assert.match(stdout, new RegExp(`UP +${addresses.outsider}/32`));
    const { code } = await realiser.hosts.exec("outsider", ["curl", "-sk", "--max-time", "1", "https://203.0.113.9/"]);
    assert.equal(code, 28);
  });
});
