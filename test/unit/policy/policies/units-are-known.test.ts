import assert from "node:assert/strict";
import { Mutant } from "../../../program/policy/support/mutate.ts";
import { configurationOf, releaseObject } from "../support/example.ts";
import { find, specifyRelease } from "../support/specification.ts";

const exporter = "systemd/metrics-link-node-exporter.service";
const gate = "systemd/metrics-link-gate.service";
const envoy = "systemd/metrics-link-envoy.service";

specifyRelease("units-are-known", "sender", {
  "a directive that is not known": [
    (it) => it.file(exporter, (text) => text.replace("[Service]", "[Service]\nExecStartPre=+/bin/id")),
    /node-exporter.service \[Service\]: ExecStartPre=\+\/bin\/id is not known/,
  ],
  "a directive that is missing": [
    (it) => it.file(exporter, (text) => text.replace("ProtectHome=yes\n", "")),
    /\[Service\]: ProtectHome=yes is missing/,
  ],
  "another value": [
    (it) => it.file(exporter, (text) => text.replace("User=node-exporter", "User=root")),
    /User=root instead of node-exporter/,
  ],
  "a value more": [
    (it) =>
      it.file(exporter, (text) => text.replace("SystemCallFilter=@", "SystemCallFilter=@raw-io\nSystemCallFilter=@")),
    /SystemCallFilter=@raw-io, @system-service, .* instead of/,
  ],
  "an address that belongs to no peer": [
    (it) => it.file(envoy, (text) => text.replace("198.51.100.11", "169.254.169.254")),
    /IPAddressAllow=.*169.254.169.254 instead of addresses of the link/,
  ],
  "a line that is read otherwise": [
    (it) => it.file(exporter, (text) => text.replace("ExecStart=", "ExecStart =")),
    /line 7 is not of the form Key=value/,
  ],
  "a section that is not known": [
    (it) => it.file(exporter, (text) => `${text}\n[Socket]\nListenStream=22\n`),
    /\[Socket\]: ListenStream=22 is not known/,
  ],
});

specifyRelease("units-are-known", "receiver", {
  "any source address": [
    (it) => it.file(envoy, (text) => text.replace(/IPAddressDeny=.*/, "IPAddressDeny=::/0")),
    /IPAddressDeny=::\/0 instead of 0.0.0.0\/8 /,
  ],
  "a repairer where nothing is sent": [
    (it) =>
      it.release((release) => {
        const [like] = release.files.filter(({ path }) => path === exporter);
        if (like !== undefined) release.files.push({ ...like, path: "systemd/metrics-link-repair.service" });
      }),
    /metrics-link-repair.service is not a known unit/,
  ],
  "a gate with another command after it": [
    (it) => it.file(gate, (text) => text.replace("chgrp envoy", "chmod 666")),
    /ExecStartPost=.*chmod 666 .* instead of/,
  ],
  "a gate that runs code from strings": [
    (it) => it.file(gate, (text) => text.replace(" --disallow-code-generation-from-strings", "")),
    /gate.service \[Service\]: ExecStart=.* instead of/,
  ],
});

describe("the policy units-are-known, of a host with a metrics service", () => {
  const scraper = { name: "ops", cidr: "10.40.1.0/28", ports: [3081] };
  const connection = { id: "pcx-0123456789abcdef0", cidr: "10.40.0.0/16", accepted: "agreed with ops" };
  const configuration = {
    network: {
      cidr: "10.10.0.0/16",
      zones: ["eu-west-1a", "eu-west-1b"],
      connections: [connection],
      scrapedBy: [scraper],
      documentationAddresses: true,
    },
    metricsServices: [
      {
        name: "a",
        enabled: true,
        listenAddr: "0.0.0.0:3081",
        keypairs: [{ certFile: "a.pem", keySecret: "a key" }],
        caCerts: [{ file: "root.pem", fingerprints: ["3f9ac0de".repeat(8)] }],
        clients: [{ name: "ops", dnsName: "prometheus.ops.internal" }],
        upstream: { address: "127.0.0.1:3000" },
      },
    ],
  };
  /** What is found when Envoy's unit hears a range, and binds ports beside those of the link. */
  const said = (range: string, ...served: readonly number[]) => {
    const it = new Mutant({
      configuration: configurationOf("sender", configuration),
      inputs: [releaseObject("sender")],
      outputs: [],
      asked: [],
    });
    const bound = served.map((port) => `\nSocketBindAllow=ipv4:tcp:${port}`).join("");
    it.file(envoy, (text) =>
      text
        .replace("IPAddressAllow=localhost", `IPAddressAllow=localhost ${range}`)
        .replace("SocketBindAllow=ipv4:tcp:9902", `SocketBindAllow=ipv4:tcp:9902${bound}`),
    );
    return find("units-are-known", it.deployed.inputs, "sender", configuration)
      .map(({ message }) => message)
      .join("; ");
  };

  it("passes with its port and the declared scraper's range", () => assert.equal(said(scraper.cidr, 3081), ""));
  it("fails with another range", () => assert.match(said("10.40.0.0/16", 3081), /IPAddressAllow=.* instead of/));
  it("fails without the port, and with another one", () => {
    assert.match(said(scraper.cidr), /SocketBindAllow/);
    assert.match(said(scraper.cidr, 3081, 3082), /SocketBindAllow=.*3082.* instead of/);
  });
});
