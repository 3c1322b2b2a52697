import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Layout, layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { cleanUp, namespaces } from "@metrics-link/sandbox/realiser/index.ts";
import { EC2, KMS, SSM, STS } from "@metrics-link/sandbox/testing/clients.ts";
import { type Side, sides } from "@metrics-link/sandbox/world/accounts.ts";
import { WorldClient } from "@metrics-link/sandbox/world/client.ts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { runningWorld } from "@metrics-link/sandbox/world/instance.ts";
import { readSettings } from "@metrics-link/sandbox/world/settings.ts";
import { startWorld } from "@metrics-link/sandbox/world/start.ts";
import { eventually } from "../../../support/eventually.ts";

describe("a world without resources", function () {
  this.timeout(180_000);
  let directory: string;
  let layout: Layout;
  let world: WorldClient;

  const namespacesLeft = () => {
    const { prefix } = namespaces(layout);
    return execFileSync("ip", ["netns", "list"])
      .toString()
      .split("\n")
      .filter((line) => line.startsWith(prefix));
  };

  const options = () => ({
    region: "eu-west-1",
    endpoint: deployerEnvironment(layout, "sender").AWS_ENDPOINT_URL ?? "",
    maxAttempts: 1,
  });

  before(async () => {
    assert.equal(process.getuid?.(), 0, "this test must run as root: the sandbox does");
    directory = mkdtempSync(join(tmpdir(), "metrics-link-world-"));
    layout = layoutOf(directory, "w", directory);
    world = new WorldClient(layout);
    const said: string[] = [];
    await startWorld(layout, { progress: (text) => said.push(text) });
    assert.deepEqual(said, ["starting the AWS API", "making the internet"]);
  });
  after(async () => {
    await world.stop();
    await cleanUp(layout);
    rmSync(directory, { recursive: true, force: true });
  });

  it("reports its status", async () => {
    const { pid, hosts, endpoints } = await world.status();
    assert.equal(pid, runningWorld(layout));
    assert.deepEqual(hosts, [{ name: "outsider", kind: "internet", state: "running", address: "192.0.2.66" }]);
    assert.deepEqual(endpoints, []);
  });

  it("provides a deployer in each account, who may assume the deployment role there and in no other, and no more", async () => {
    const environment = deployerEnvironment(layout, "receiver");
    const key = {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? "",
    };
    const role = { RoleArn: "arn:aws:iam::222222222222:role/metrics-link-deploy", RoleSessionName: "test" };
    const sts = new STS({ ...options(), credentials: key });
    const ofTheSender = role.RoleArn.replace("222222222222", "111111111111");
    await assert.rejects(sts.assumeRole({ ...role, RoleArn: ofTheSender }), { name: "AccessDenied" });
    const { Credentials } = await sts.assumeRole(role);
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    const { Reservations } = await new EC2({ ...options(), credentials }).describeInstances({});
    assert.deepEqual(Reservations, []);
    const systemsManager = new SSM({ ...options(), credentials });
    assert.deepEqual((await systemsManager.describeInstanceInformation({})).InstanceInformationList, []);
    await assert.rejects(systemsManager.listCommandInvocations({}), { name: "AccessDeniedException" });
  });

  it("has a key for the state of each side, and no deployer can use the other's", async () => {
    const { secretsProviders } = readSettings(layout) ?? assert.fail("no settings");
    const kms = (side: Side) => {
      const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = deployerEnvironment(
        layout,
        side,
      );
      return new KMS({ ...options(), credentials: { accessKeyId, secretAccessKey } });
    };
    for (const side of sides) {
      const KeyId = /arn:[^?]+/.exec(secretsProviders?.[side] ?? "")?.[0] ?? assert.fail("no key");
      const { CiphertextBlob } = await kms(side).encrypt({ KeyId, Plaintext: Buffer.from("word") });
      const { Plaintext } = await kms(side).decrypt({ CiphertextBlob });
      assert.equal(Buffer.from(Plaintext ?? []).toString(), "word");
      for (const other of sides.filter((one) => one !== side)) {
        await assert.rejects(kms(other).decrypt({ KeyId, CiphertextBlob }), { name: "AccessDeniedException" });
      }
    }
  });

  it("runs commands on internet hosts, with the internet's names and its AWS", async () => {
    const curl = ["curl", "-sS", "--cacert", layout.authorityCertificate, "-w", "%{http_code}", "-o", "/dev/null"];
    const s3 = await world.exec("outsider", [...curl, "https://bucket.s3.eu-west-1.amazonaws.com/"]);
    assert.deepEqual([s3.code, s3.stdout, s3.stderr], [0, "403", ""]);
    const unknown = await world.exec("outsider", [...curl, "https://nowhere.example/"]);
    assert.equal(unknown.code, 6, "curl's code for a name that does not resolve");
    assert.equal((await world.exec("outsider", ["cat"], { stdin: "given" })).stdout, "given");
    await assert.rejects(world.exec("nobody", ["true"]), /no host is called nobody; use one of: outsider/);
  });

  it("moves an internet host", async () => {
    await world.setInternetHost("outsider", "192.0.2.67");
    const { stdout } = await world.exec("outsider", ["ip", "-brief", "address"]);
    assert.match(stdout, /192\.0\.2\.67\/32/);
    assert.doesNotMatch(stdout, /192\.0\.2\.66/);
  });

  it("is found by a second start", async () => {
    const before = runningWorld(layout);
    await startWorld(layout);
    assert.equal(runningWorld(layout), before);
  });

  it("stops on request, leaves nothing behind, and starts again with the same key", async () => {
    const { AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL } = deployerEnvironment(layout, "sender");
    await world.stop();
    assert.deepEqual(namespacesLeft(), []);
    assert.ok(!existsSync(layout.socket) && !existsSync(layout.pidFile));
    await assert.rejects(world.status(), { code: "SANDBOX_NOT_UP", message: /npm run -s sandbox -- up/ });
    await world.stop();

    // As the restart of the machine leaves it: the record is there, and the AWS API that had the same is not.
    writeFileSync(layout.cloudFile, JSON.stringify({ resources: [{}] }));
    const words = /restart of the machine.*run `npm run -s sandbox -- down`.*then `npm start`/s;
    await assert.rejects(world.status(), { code: "SANDBOX_NOT_UP", message: words });
    await assert.rejects(startWorld(layout), { code: "SANDBOX_UNUSABLE", message: words });
    await eventually("the refused world to end", () => (runningWorld(layout) === undefined ? true : undefined));
    assert.deepEqual(namespacesLeft(), []);
    rmSync(layout.cloudFile);

    await startWorld(layout);
    const again = deployerEnvironment(layout, "sender");
    assert.deepEqual([again.AWS_ACCESS_KEY_ID, again.AWS_ENDPOINT_URL], [AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL]);
  });

  it("turns its Alertmanager off and on, which dies with it when it is killed", async () => {
    const first = (await world.status()).alertmanager;
    await world.alertmanager("off");
    assert.deepEqual((await world.status()).alertmanager, { port: null, pid: null });
    await world.alertmanager("on");
    const { pid } = (await world.status()).alertmanager;
    assert.ok(pid !== null && pid !== first.pid && existsSync(`/proc/${pid}`));
    process.kill(runningWorld(layout) ?? 0, "SIGKILL");
    await eventually("the Alertmanager to end", () => (existsSync(`/proc/${pid}`) ? undefined : true));
  });
});
