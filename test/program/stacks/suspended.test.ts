import assert from "node:assert/strict";
import { selfSigned } from "../../support/openssl.ts";
import { ofType } from "../support/recording.ts";
import { build, fileOf, receiverContract, releaseOf } from "./stacks.ts";
import {
  addressA,
  declared,
  fence,
  healthy,
  ingress,
  own,
  rootFiles,
  stackA,
  stackB,
  type Update,
  update,
} from "./two-senders.ts";

const suspended = "its key is out, see incident 42";
const stacksOf = (peers: { stack: string }[]) => peers.map(({ stack }) => stack);
const alertsOf = ({ registrations }: Update) => fileOf(registrations, "receiver", "prometheus/alerts.yml");
const probesOf = ({ registrations }: Update) => releaseOf(registrations, "receiver").probes.map(({ kind }) => kind);

describe("a suspended sender, in the receiver's stack", () => {
  it("loses its security group rule, filter chain and root, while the other sender keeps them", async () => {
    const before = { accepted: (await update()).outputs.accepted };
    const found = await update({ before, change: declared({ suspended }) });
    assert.deepEqual(ingress(found.registrations), [`${addressA}/32`]);
    assert.deepEqual(rootFiles(found), ["tls/roots/account-a.pem"]);
    assert.deepEqual(
      releaseOf(found.registrations, "receiver").files.filter(
        ({ path, content }) =>
          /account-b/.test(path) || (path.startsWith("envoy/") && /account-b|203\.0\.113\.20/.test(content)),
      ),
      [],
    );
    assert.match(fileOf(found.registrations, "receiver", "envoy/lds/ingest.json"), /"name": "account-a"/);
    assert.deepEqual(stacksOf(found.outputs.contract.trusts), [stackA]);
    assert.deepEqual(stacksOf(found.outputs.peers), [stackA]);
  });

  it("is reported by the update, an output and an alert, and does not fire SenderSilent", async () => {
    const found = await update({ change: declared({ suspended }) });
    assert.deepEqual(found.outputs.setAside, [
      { name: "account-b", stack: stackB, state: "suspended", words: suspended, inForce: false },
    ]);
    assert.match(alertsOf(found), /alert: PeerSuspended[\s\S]*peer: account-b[\s\S]*see incident 42/);
    assert.doesNotMatch(alertsOf(found), /"sender", "account-b"/);
    assert.match(alertsOf(found), /"sender", "account-a"/);
  });

  it("is not read, and nothing of it is stored that could restore it", async () => {
    const before = { accepted: (await update()).outputs.accepted };
    const peers = { ...healthy, [stackB]: new Error("nobody may ask") };
    const found = await update({ before, peers, change: declared({ suspended }) });
    assert.equal(found.outputs.setAside[0].words, suspended);
    assert.deepEqual(stacksOf(found.outputs.accepted), [stackA]);
    const lifted = await update({ before: { accepted: found.outputs.accepted }, peers });
    assert.deepEqual(rootFiles(lifted), ["tls/roots/account-a.pem"]);
  });

  it("is restored as it was once the suspension is lifted", async () => {
    const first = await update();
    const { outputs } = await update({ before: { accepted: first.outputs.accepted }, change: declared({ suspended }) });
    assert.deepEqual(fence(await update({ before: { accepted: outputs.accepted } })), fence(first));
  });

  it("may be the only one: then only the load balancer's health page listens", async () => {
    const found = await update({ change: declared({ suspended }, { suspended }) });
    assert.deepEqual(ingress(found.registrations), []);
    assert.deepEqual(rootFiles(found), []);
    const bootstrap = fileOf(found.registrations, "receiver", "envoy/bootstrap.json");
    assert.doesNotMatch(bootstrap, /DownstreamTlsContext|"name": "ingest"/);
    assert.deepEqual(JSON.parse(fileOf(found.registrations, "receiver", "envoy/lds/ingest.json")), { resources: [] });
    assert.match(bootstrap, /"name": "ready"/);
    assert.deepEqual(found.outputs.contract.trusts, []);
  });

  it("is cut off by an Envoy restart that gives its connections no time to drain", async () => {
    const script = (found: Update) => fileOf(found.registrations, "receiver", "envoy/drain.sh");
    assert.match(script(await update()), /drain_listeners/);
    for (const change of [declared({ suspended }), declared({ suspended }, { suspended })]) {
      assert.doesNotMatch(script(await update({ change })), /^[^#]/m);
    }
  });

  it("differs from one that was never accepted: then the host still protects the other senders", async () => {
    const never = await update({ peers: { ...healthy, [stackB]: undefined } });
    assert.ok(probesOf(never).includes("receives"));
    const before = { accepted: (await update()).outputs.accepted };
    const unpinned = await update({ before, change: declared({ rootFingerprints: [own.fingerprint] }) });
    assert.ok(!probesOf(unpinned).includes("receives"));
  });

  it("does not make the host roll the release back, because no traffic is expected", async () => {
    assert.ok(probesOf(await update()).includes("receives"));
    assert.ok(!probesOf(await update({ change: declared({ suspended }) })).includes("receives"));
  });
});

describe("a suspended receiver, in the sender's stack", () => {
  const root = selfSigned("receiver");
  const stack = "organization/metrics-link/receiver";
  const receiver = receiverContract(root.pem);
  const addresses = receiver.endpointAddresses;
  async function sends(peer: object, options: object = {}): Promise<Update> {
    let outputs: Update["outputs"];
    const registrations = await build("sender", {
      root: own.pem,
      peer: receiver,
      change: { "metrics-link:peer": { stack, rootFingerprints: [root.fingerprint], addresses, ...peer } },
      onOutputs: (found) => {
        outputs = found;
      },
      ...options,
    });
    return { registrations, outputs };
  }
  /** What the update leaves for the next one. */
  const left = ({ outputs: { accepted, link } }: Update) => ({ accepted, link });
  const destinations = ({ registrations }: Update) =>
    registrations.flatMap(({ type, inputs }) => (/EgressRule$/.test(type) ? (inputs.cidrIpv4 ?? []) : []));
  const file = ({ registrations }: Update, path: string) => fileOf(registrations, "sender", path);
  const queueOf = ({ registrations }: Update) =>
    releaseOf(registrations, "sender").services.find(({ unit }) => unit === "metrics-link-prometheus.service")?.queue;

  it("has no security group rule, no cluster and no root", async () => {
    const linked = await sends({});
    const found = await sends({ suspended }, { before: left(linked) });
    assert.deepEqual(destinations(found), []);
    const bootstrap = file(found, "envoy/bootstrap.json");
    assert.doesNotMatch(bootstrap, /UpstreamTlsContext|"name": "egress"|198\.51\.100/);
    assert.throws(() => file(found, "tls/roots/receiver.pem"));
    assert.deepEqual(found.outputs.contract.trusts, []);
  });

  it("leaves Prometheus and its queue unchanged, so queued samples are kept", async () => {
    const linked = await sends({});
    const found = await sends({ suspended }, { before: left(linked) });
    for (const path of ["prometheus/prometheus.yml", "systemd/metrics-link-prometheus.service"]) {
      assert.equal(file(found, path), file(linked, path));
    }
    assert.deepEqual(queueOf(found), queueOf(linked));
    const again = await sends({ suspended }, { before: left(found) });
    assert.deepEqual(queueOf(again), queueOf(linked));
  });

  it("fires an alert, and BacklogAtRisk stays active while LinkBehind is expected", async () => {
    const linked = await sends({});
    const alerts = file(await sends({ suspended }, { before: left(linked) }), "prometheus/alerts.yml");
    assert.match(alerts, /alert: PeerSuspended[\s\S]*peer: receiver/);
    assert.match(alerts, /alert: BacklogAtRisk/);
    assert.doesNotMatch(alerts, /alert: LinkBehind/);
  });

  it("that is held instead stays reachable as last accepted, and the sender's leaf is renewed", async () => {
    const linked = await sends({});
    for (const peer of [undefined, {}, new Error("gone"), { ...receiver, rootBundle: own.pem }]) {
      const found = await sends({}, { before: left(linked), peer });
      assert.deepEqual(destinations(found), destinations(linked));
      for (const path of ["envoy/bootstrap.json", "tls/roots/receiver.pem", "prometheus/prometheus.yml"]) {
        assert.equal(file(found, path), file(linked, path));
      }
      assert.match(file(found, "prometheus/alerts.yml"), /alert: PeerHeld/);
      assert.match(file(found, "prometheus/alerts.yml"), /alert: LinkBehind/);
      ofType(found.registrations, "tls:index/locallySignedCert:LocallySignedCert", 2);
    }
  });
});
