import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, GetObjectTaggingCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { audit, findingsOf } from "@metrics-link/audit";
import { parseJson, toJson } from "@metrics-link/envoy/read/index.ts";
import { unpackHostEvidence } from "@metrics-link/release";
import { accounts } from "@metrics-link/sandbox/world/accounts.ts";
import { collect } from "../../../scripts/audit/collect.ts";
import { contextOf } from "../../../scripts/stack/context.ts";
import { runAgent } from "../support/agent.ts";
import { administrator, BalancerGroup, clientOptions, deployer } from "../support/aws.ts";
import { run } from "../support/commands.ts";
import { eventually } from "../support/eventually.ts";
import { on, receiver, sandbox, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const current = "/opt/metrics-link/current";
const bundle = "tls/roots/account-a.pem";
const ingest = "envoy/lds/ingest.json";
const envoy = "metrics-link-envoy.service";
const exporter = "metrics-link-node-exporter.service";
const readyUrl = "http://127.0.0.1:9902/ready";

/** What an audit of the receiver finds now. Nothing is previewed: that is not what is looked for, and takes seconds. */
async function findings(): Promise<string[]> {
  const judged = audit(await collect([contextOf("receiver", sandbox.name)], { preview: false }));
  return findingsOf(judged, "critical").map(({ title, subject, what }) => `${title}, ${subject}: ${what}`);
}

/** A listener file with one more way to Prometheus, for an address that is no sender's. */
function withBackDoor(text: string): string {
  const document = parseJson(text) as { resources: { filter_chains: { name: string }[] }[] };
  const [listener] = document.resources;
  const [chain] = listener?.filter_chains ?? [];
  const filter_chain_match = { source_prefix_ranges: [{ address_prefix: "192.0.2.66", prefix_len: 32 }] };
  listener?.filter_chains.push({ ...structuredClone(chain), name: "back-door", filter_chain_match } as typeof chain &
    object);
  return toJson(document);
}

const out = join(sandbox.layout.directory, "audit.html");

/** Waits until a host's Prometheus has the outcome of the audit just told. @returns checks by status */
function told(prometheus: typeof sender, findings: readonly string[]): Promise<Record<string, number>> {
  const since = Date.now() / 1000 - 120;
  return eventually(
    "the outcome of the audit to be in the metrics",
    async (note) => {
      const at = await prometheus.value("metrics_link_audit_timestamp_seconds{account=''}");
      const now = await prometheus.vector("metrics_link_audit_finding{account=''}");
      const checks = await prometheus.vector("metrics_link_audit_checks{account=''}");
      const found = now.map(({ metric }) => metric.about ?? "").toSorted();
      note({ at, found });
      const isNew = at !== undefined && at > since && `${found}` === `${findings.toSorted()}`;
      return isNew
        ? Object.fromEntries(checks.map(({ metric, value }) => [metric.status, Number(value[1])]))
        : undefined;
    },
    60_000,
    500,
  );
}

/** Waits until of the alerts that go by audits just these fire at the receiver. */
const fires = (names: readonly string[]) =>
  eventually(
    `${names.join(" and ") || "no alert of an audit"} to fire`,
    async (note) => {
      const all = await receiver.alerts();
      const firing = all.filter(
        ({ state, labels }) => state === "firing" && /^(Audit|Fence)/.test(labels.alertname ?? ""),
      );
      const found = [...new Set(firing.map(({ labels }) => labels.alertname))].toSorted();
      note(found);
      return `${found}` === `${names}` ? true : undefined;
    },
    60_000,
    500,
  );

describe("an audit", function () {
  needs(world.link);
  this.timeout(1_200_000);
  // The agent would put things right before they are looked at; and its last run must have found nothing to put right.
  before(async () => {
    await on("receiver", "systemctl", "stop", "metrics-link-agent.timer");
    for (const host of ["sender", "receiver"]) {
      await eventually(`the agent of ${host} to find nothing changed`, async (note) => {
        const { report } = await runAgent(host);
        note(report.driftedFiles);
        return report.driftedFiles.length === 0 ? true : undefined;
      });
    }
  });
  after(() => on("receiver", "systemctl", "start", "metrics-link-agent.timer"));

  it("of a healthy link has no findings and no unknown results, and writes its page", async () => {
    const { code, printed } = await run("audit", "--out", out, "--tell");
    assert.equal(code, 0, printed);
    for (const host of [sender, receiver]) await told(host, []);
    const text = readFileSync(out, "utf8");
    assert.match(text, /Who can write to this Prometheus/);
    assert.match(text, /No findings/);
    assert.doesNotMatch(text, /class="[a-z ]*unknown"/);
  });

  it("finds what somebody wrote over the pointer to the release", async () => {
    // The bucket's policy lets nobody else write: somebody has a session of the role of updates.
    const s3 = new S3Client({ ...clientOptions(await deployer(accounts.receiver)), forcePathStyle: true });
    const at = {
      Bucket: `metrics-link-receiver-${accounts.receiver}-eu-west-1`,
      Key: "releases/receiver/current.json",
    };
    const { Body, ContentType } = await s3.send(new GetObjectCommand(at));
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand(at));
    const text = (await Body?.transformToString()) ?? assert.fail("the pointer is empty");
    // With the same headers and tags, as an attacker would: only the ETag is another one.
    const Tagging = new URLSearchParams(
      Object.fromEntries(TagSet.map(({ Key = "", Value = "" }) => [Key, Value])),
    ).toString();
    const write = (content: string) => s3.send(new PutObjectCommand({ ...at, Body: content, ContentType, Tagging }));
    await write(`${text}\n`);
    const { code, printed } = await run("audit", "--stack", "receiver", "--out", out).finally(() => write(text));
    assert.equal(code, 1, printed);
    assert.match(printed, /what an update of receiver would change: update \S*BucketObjectv2 receiver-current/);
  });

  it("reports to the host, whose alert fires until an audit no longer has the finding", async () => {
    const group = await BalancerGroup.find();
    // Without a preview some checks do not know: that is told too.
    const audited = () => run("audit", "--stack", "receiver", "--no-preview", "--tell", "--out", out);
    await group.allow("192.0.2.66");
    const { code, printed } = await audited().finally(() => group.refuse("192.0.2.66"));
    assert.equal(code, 1, printed);
    const asked = await told(receiver, ["who is let in at the load balancer", "security groups"]);
    assert.ok((asked["not known"] ?? 0) > 0, JSON.stringify(asked));
    await fires(["AuditIncomplete", "FenceDiffers"]);
    assert.equal((await audited()).code, 3);
    await told(receiver, []);
    await fires(["AuditIncomplete"]);
    assert.equal((await run("audit", "--stack", "receiver", "--tell", "--out", out)).code, 0);
    await fires([]);
  });

  it("reports a flood of refusals once, with their number", async () => {
    const connections = 300;
    const flood = `
import socket
for _ in range(${connections}):
    with socket.create_connection(("127.0.0.1", 8443), 2) as one:
        one.sendall(b"no TLS at all\\r\\n\\r\\n")
        try: one.recv(1)
        except OSError: pass`;
    await on("receiver", "python3", "-c", flood);
    await eventually("the refusals to be in the log", async (note) => {
      const { handshakes } = unpackHostEvidence(
        await on("receiver", "/opt/metrics-link/bin/agent", "evidence", "handshakes"),
      );
      note(handshakes);
      if ("error" in handshakes) return undefined;
      const local = handshakes.value.refused.filter(({ source }) => String(source).startsWith("127.0.0.1:"));
      return local.length === 1 && Number(local[0]?.count) >= connections ? true : undefined;
    });
  });

  describe("of a receiver that somebody opened in five places", () => {
    const undo: (() => Promise<unknown>)[] = [];
    let found = "";

    before(async () => {
      await ruleAdded();
      await policyAdded();
      await metadataServiceReachable();
      await filterChainAdded();
      await rootReplaced();
      found = (await findings()).join("\n");
    });
    after(async () => {
      for (const step of undo.toReversed()) await step();
    });

    it("finds a rule that was added to the load balancer's group", () => {
      assert.match(found, /fence 1, address, who is let in at the load balancer: .*192\.0\.2\.66\/32/);
    });

    it("finds another policy of the host's role", () => {
      assert.match(
        found,
        /rights in AWS, policies of the host's role: AWS also has .*: inline policy more [0-9a-f]{12}$/m,
      );
    });

    it("finds a service that can reach the metadata service", () => {
      assert.match(found, new RegExp(`what services reach: ${exporter} could ask the metadata service`));
    });

    it("finds a filter chain of the running Envoy whose file on disk was restored", () => {
      assert.match(found, /filter chains that lead to Prometheus: Envoy also has back-door/);
      assert.match(found, /what Envoy runs: listener ingest, filter chain back-door runs and is not in the release/);
      assert.doesNotMatch(found, new RegExp(`files of the release: ${ingest}`));
    });

    it("finds another root in a trust bundle on the host", () => {
      assert.match(found, /fence 2, client identity, root of account-a: on the host's disk: it lacks .* it also has/);
      assert.match(found, new RegExp(`the host, files of the release: ${bundle} is `));
    });

    it("finds nothing more once all of it is undone", async () => {
      for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
      assert.deepEqual(await findings(), []);
    });

    async function ruleAdded(): Promise<void> {
      const group = await BalancerGroup.find();
      undo.push(() => group.refuse("192.0.2.66"));
      await group.allow("192.0.2.66");
    }

    async function policyAdded(): Promise<void> {
      const iam = new IAMClient(clientOptions(administrator(accounts.receiver)));
      const more = { RoleName: "metrics-link-receiver-eu-west-1", PolicyName: "more" };
      const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "*" }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new PutRolePolicyCommand({ ...more, PolicyDocument }));
      undo.push(() => iam.send(new DeleteRolePolicyCommand(more)));
    }

    async function metadataServiceReachable(): Promise<void> {
      const folder = `/run/systemd/system/${exporter}.d`;
      const reload = () => on("receiver", "systemctl", "daemon-reload");
      await on("receiver", "mkdir", "-p", folder);
      undo.push(() => on("receiver", "rm", "-r", folder).then(reload));
      const stdin = "[Service]\nIPAddressDeny=\n";
      await sandbox.world.exec("receiver", ["sh", "-c", 'cat > "$0"', `${folder}/open.conf`], { stdin });
      await reload();
    }

    async function filterChainAdded(): Promise<void> {
      // Envoy has read its configuration when it is ready, and not yet when systemd has started it.
      const restarted = async () => {
        await on("receiver", "systemctl", "restart", envoy);
        await eventually(
          "Envoy to be ready",
          () => on("receiver", "curl", "--silent", "--fail", readyUrl),
          30_000,
          250,
        );
      };
      const file = `${current}/${ingest}`;
      await on("receiver", "cp", "-a", file, "/run/ingest");
      undo.push(restarted);
      const stdin = withBackDoor(await on("receiver", "cat", file));
      await sandbox.world.exec("receiver", ["sh", "-c", 'cat > "$0"', file], { stdin });
      await restarted();
      await on("receiver", "mv", "/run/ingest", file);
    }

    async function rootReplaced(): Promise<void> {
      const other = `cp -a ${current}/${bundle} /run/bundle; cat ${current}/tls/own-root.pem > ${current}/${bundle}`;
      await on("receiver", "sh", "-c", other);
      undo.push(() => on("receiver", "mv", "/run/bundle", `${current}/${bundle}`));
    }
  });
});
