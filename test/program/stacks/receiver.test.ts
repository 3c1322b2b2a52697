import assert from "node:assert/strict";
import { selfSigned } from "../../support/openssl.ts";
import { ofType } from "../support/recording.ts";
import { build, fileOf } from "./stacks.ts";

describe("the receiver's stack", () => {
  const [own, senderRoot] = [selfSigned("own"), selfSigned("sender")];
  const addresses = ["203.0.113.10"];
  const sender = {
    version: 1,
    role: "sender",
    accountId: "111111111111",
    rootBundle: senderRoot.pem,
    dnsName: "metrics-sender.account-a.internal",
    egressAddresses: addresses,
  };
  const senders = (fingerprint: string) => ({
    "metrics-link:senders": [
      { name: "account-a", stack: "organization/metrics-link/sender", rootFingerprints: [fingerprint], addresses },
    ],
  });
  const receiver = () => build("receiver", { root: own.pem, peer: sender, change: senders(senderRoot.fingerprint) });

  it("allows only the sender's egress address, at the load balancer and again in Envoy", async () => {
    const registrations = await receiver();
    const allowed = ofType(registrations, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", 4).flatMap(
      ({ inputs }) => inputs.cidrIpv4 ?? [],
    );
    assert.deepEqual(allowed, ["203.0.113.10/32"]);
    const ingest = fileOf(registrations, "receiver", "envoy/lds/ingest.json");
    assert.match(ingest, /"address_prefix": "203\.0\.113\.10",\n\s+"prefix_len": 32\n/);
  });

  it("trusts the sender's root and nothing else", async () => {
    assert.equal(fileOf(await receiver(), "receiver", "tls/roots/account-a.pem"), senderRoot.pem);
  });

  it("accepts writes on loopback only, and late samples for as long as configured", async () => {
    const registrations = await receiver();
    const unit = fileOf(registrations, "receiver", "systemd/metrics-link-prometheus.service");
    assert.match(unit, /--web\.enable-remote-write-receiver/);
    assert.match(unit, /--web\.listen-address=127\.0\.0\.1:9090/);
    assert.match(fileOf(registrations, "receiver", "prometheus/prometheus.yml"), /out_of_order_time_window: 24h/);
  });

  it("comes up and admits nobody while its only sender has no `contract` output or an unpinned root", async () => {
    for (const peer of [undefined, { ...sender, rootBundle: own.pem }]) {
      const change = senders(senderRoot.fingerprint);
      const registrations = await build("receiver", { root: own.pem, peer, change });
      const allowed = registrations.flatMap(({ type, inputs }) =>
        /IngressRule$/.test(type) ? (inputs.cidrIpv4 ?? []) : [],
      );
      assert.deepEqual(allowed, []);
      const [bootstrap, ingest] = ["bootstrap", "lds/ingest"].map((name) =>
        fileOf(registrations, "receiver", `envoy/${name}.json`),
      );
      assert.deepEqual(JSON.parse(ingest ?? ""), { resources: [] });
      assert.doesNotMatch(bootstrap ?? "", /"name": "ingest"/);
      assert.match(bootstrap ?? "", /"name": "ready"/);
    }
  });
});
