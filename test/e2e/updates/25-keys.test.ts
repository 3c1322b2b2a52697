import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { accessIn } from "@metrics-link/sandbox/services/alertmanager/access.ts";
import { EC2, S3, SSM } from "@metrics-link/sandbox/testing/clients.ts";
import { bucketOf } from "@metrics-link/sandbox/testing/releases.ts";
import { accounts } from "@metrics-link/sandbox/world/accounts.ts";
import { administrator, clientOptions } from "../support/aws.ts";
import { joined, needlesOf, privateKeysOf, rootKeysOf } from "../support/private-keys.ts";
import { on, place, pulumi, sandbox, sender } from "../support/sandbox.ts";
import { SecretJob } from "../support/user-secret.ts";
import { needs, world } from "../support/world.ts";

const search = readFileSync(join(import.meta.dirname, "..", "support", "search.py"), "utf8");
/** The kernel's own files are no places to keep anything; the search itself holds the needles in memory. */
const notOnDisk = ["/proc", "/sys", "/dev"];

/** The files of a host that hold a needle. */
async function filesOf(host: string, needles: readonly string[]): Promise<string[]> {
  const argv = ["python3", "-c", search, "/", "--without", ...notOnDisk];
  const { code, stdout, stderr } = await sandbox.world.exec(host, argv, { stdin: needles.join("\n") });
  assert.equal(code, 0, stderr);
  assert.ok(Number(stderr) > 1000, `only ${stderr} files were looked into`);
  return stdout.split("\n").filter(Boolean);
}

/** The same on this machine. */
function filesHere(needles: readonly string[], folders: readonly string[], without: readonly string[]): string[] {
  const argv = ["-c", search, ...folders, "--without", ...without];
  const { stdout, status, stderr } = spawnSync("python3", argv, { input: needles.join("\n"), encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.split("\n").filter(Boolean);
}

/** Arguments, and environments, of everything that runs on this machine now. */
function processesHere(...files: readonly ("cmdline" | "environ")[]): string {
  const paths = files.map((file) => `/proc/[0-9]*/${file}`).join(" ");
  const script = `cat ${paths} 2>/dev/null | tr '\\0' '\\n'`;
  return spawnSync("sh", ["-c", script], { encoding: "utf8", maxBuffer: 1 << 28 }).stdout;
}

describe("private keys, and passwords of Alertmanagers and scrape jobs", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let keys: string[];
  let password: string;
  /** Of a scrape job of the sender: the one that it had, and the one that it has. */
  const ofJob = [SecretJob.password(), SecretJob.password()] as const;
  const job = new SecretJob();
  let needles: string[];
  /** Without what was searched: a failed test must not print it. */
  const nowhere = (what: string, texts: readonly string[], sought = needles) => {
    assert.ok(texts.length > 0, `${what}: there was nothing to look into`);
    assert.deepEqual(
      texts.flatMap((text, index) => (sought.some((needle) => joined(text).includes(needle)) ? [index] : [])),
      [],
      `${what}: a secret stands there`,
    );
  };

  before(async () => {
    const everyday = (await Promise.all(roles.map(privateKeysOf))).flat();
    assert.equal(everyday.length, 4, "intermediate and leaf of each side");
    const roots = (await Promise.all(roles.map(rootKeysOf))).flat();
    assert.equal(roots.length, 2, "one root of each side");
    keys = [...everyday, ...roots].flatMap(needlesOf);
    ({ password } = accessIn(sandbox.layout.alertmanager));
    assert.match(password, /^[\w-]{32}$/);
    needles = [
      ...keys,
      password,
      ...ofJob,
      ...ofJob.map((one) => Buffer.from(`metrics-link:${one}`).toString("base64")),
    ];
    await job.begin(ofJob[0]);
  });
  after(() => job.end());

  it("are used by a scrape job whose target demands one, and the new one as soon as the host has it", async () => {
    await job.isUp(true);
    const started = () => sender.value('process_start_time_seconds{job="prometheus",link_side="sends"}');
    const before = await started();
    await job.demand(ofJob[1]);
    await job.isUp(false);
    await job.give(ofJob[1]);
    await job.isUp(true);
    assert.equal(await started(), before, "Prometheus was not restarted");
  });

  it("are detected by this test in any form, in a host's file", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const planted = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    const words = needlesOf(planted);
    for (const type of ["pkcs8", "sec1"] as const) {
      const pem = privateKey.export({ format: "pem", type }).toString();
      for (const text of [pem, JSON.stringify({ key: pem }), Buffer.from(`x${pem}`).toString("utf8")]) {
        assert.ok(
          words.some((word) => joined(text).includes(word)),
          type,
        );
      }
    }
    await place("sender", "/var/tmp/planted", JSON.stringify({ note: planted }));
    assert.deepEqual(await filesOf("sender", words), ["/var/tmp/planted"]);
    await on("sender", "rm", "/var/tmp/planted");
    const folder = mkdtempSync(join(tmpdir(), "planted-"));
    writeFileSync(join(folder, "planted"), planted);
    assert.deepEqual(filesHere(words, [folder], []), [join(folder, "planted")]);
    rmSync(folder, { recursive: true });
  });

  for (const host of roles) {
    const places = [
      { whose: "Envoy's", path: "tls/private-key.pem", state: "400 envoy envoy", sought: () => keys },
      {
        whose: "Prometheus'",
        path: "prometheus/alertmanager-0.secret",
        state: "400 prometheus prometheus",
        sought: () => [password],
      },
      ...(host === "sender"
        ? [{ whose: "Prometheus'", path: job.path, state: "400 prometheus prometheus", sought: () => [...ofJob] }]
        : []),
    ];
    for (const { whose, path, state, sought } of places) {
      it(`are on the ${host} only in ${path}, 0400, ${whose}`, async () => {
        const found = await filesOf(host, sought());
        assert.ok(found.length > 0);
        const right = new RegExp(`^/opt/metrics-link/releases/[0-9a-f]{64}/${path}$`);
        assert.deepEqual(
          found.filter((file) => !right.test(file)),
          [],
        );
        const states = await on(host, "stat", "--format=%a %U %G", ...found);
        assert.deepEqual(new Set(states.trim().split("\n")), new Set([state]));
      });
    }

    it(`are in no journal, process or shell history of the ${host}`, async () => {
      const script = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'";
      // With every field, and line by line: a key that was logged by lines has nothing between them.
      for (const output of ["verbose", "cat"]) {
        nowhere("journal", [await on(host, "journalctl", "--no-pager", `--output=${output}`, "--all")]);
      }
      nowhere("processes", [await on(host, "sh", "-c", script)]);
      nowhere("history", [await on(host, "sh", "-c", "cat /root/.*history /home/*/.*history 2>/dev/null; true")]);
    });

    it(`are in no release, user data or command of the ${host}'s account`, async () => {
      const options = clientOptions(administrator(accounts[host]));
      const s3 = new S3(options);
      const { Versions = [] } = await s3.listObjectVersions({ Bucket: bucketOf(host) });
      const ours = Versions.filter(({ Key = "" }) => !Key.startsWith("tools/"));
      const objects = await Promise.all(
        ours.map(async ({ Key, VersionId }) => {
          const { Body } = await s3.getObject({ Bucket: bucketOf(host), Key, VersionId });
          return (await Body?.transformToString()) ?? "";
        }),
      );
      nowhere("objects", objects);
      const ec2 = new EC2(options);
      const InstanceId = await pulumi().text(host, "instanceId");
      const { UserData } = await ec2.describeInstanceAttribute({ InstanceId, Attribute: "userData" });
      nowhere("user data", [Buffer.from(UserData?.Value ?? "", "base64").toString()]);
      const { Reservations, ...described } = await ec2.describeInstances({ InstanceIds: [InstanceId] });
      nowhere("tags and description", [JSON.stringify({ Reservations, described })]);
      const { CommandInvocations = [] } = await new SSM(options).listCommandInvocations({ Details: true });
      nowhere(
        "commands",
        CommandInvocations.map((invocation) => JSON.stringify(invocation)),
      );
    });

    it(`are in the ${host}'s state only encrypted, and in no output`, async () => {
      const { stdout } = await pulumi().must(["stack", "export", "-s", host]);
      nowhere("state", [stdout]);
      const { stdout: outputs } = await pulumi().must(["stack", "output", "-s", host, "--json", "--show-secrets"]);
      nowhere("outputs", [outputs]);
    });
  }

  it("are in no file or process of the deployer's tools", () => {
    const { directory, backend, alertmanager } = sandbox.layout;
    const ofOthers = [
      join(directory, "hosts"),
      join(directory, "volumes"),
      join(directory, "cloud.json"),
      alertmanager,
    ];
    assert.deepEqual(filesHere(needles, [directory, backend], ofOthers), []);
    nowhere("processes", [processesHere("cmdline", "environ")]);
  });

  it("are in no argument or environment of an update's processes", async () => {
    const seen: string[] = [];
    const commands: string[] = [];
    let over = false;
    const previewed = pulumi()
      .must(["preview", "-s", "sender"])
      .finally(() => {
        over = true;
      });
    while (!over) {
      seen.push(processesHere("cmdline", "environ"));
      commands.push(processesHere("cmdline"));
      await pause(100);
    }
    await previewed;
    // An argument a line: the engine, and what it starts.
    for (const words of ["pulumi\npreview\n", "start.mjs\nlanguage-nodejs\n", "start.mjs\naws\n", "start.mjs\ntls\n"]) {
      assert.ok(
        seen.some((text) => text.includes(words)),
        `${words.replaceAll("\n", " ")}was not seen running`,
      );
    }
    nowhere("processes of an update", seen, keys);
    // Pulumi hands a program its configuration by an environment that nobody else can read, secrets opened.
    nowhere("commands of an update", commands);
  });
});
