import assert from "node:assert/strict";
import { declaredSenders, labelRows, type PreviewRecord } from "@metrics-link/review";
import { addressRows } from "@metrics-link/review/evidence/address.ts";
import { identityFindings, identityRows } from "@metrics-link/review/evidence/identity.ts";
import { plannedOf } from "@metrics-link/review/evidence/planned.ts";
import { routesOf, tlsOf, trustOf } from "../../program/policy/support/mutate.ts";
import { changeEnvoy } from "../../support/envoy-files.ts";
import { recorded } from "./support.ts";

const address = (record: PreviewRecord) =>
  addressRows(plannedOf(record)).map(({ subject, value }) => `${subject}: ${value}`);
const identity = (record: PreviewRecord) =>
  identityRows(plannedOf(record)).map(({ subject, value }) => `${subject}: ${value}`);

/** The recorded preview with the release's text changed, as another program would have made it. */
function changed(name: string, from: string, to: string): PreviewRecord {
  const record = recorded(name);
  const text = JSON.stringify(record);
  const other = text.replaceAll(from, to);
  assert.notEqual(other, text);
  return JSON.parse(other) as PreviewRecord;
}

// biome-ignore lint/suspicious/noExplicitAny: a change knows the part that it changes
type Part = any;
const chainOf = (bootstrap: Part): Part => bootstrap.static_resources.listeners[0].filter_chains[0];
const namesOf = (bootstrap: Part): Part =>
  trustOf(chainOf(bootstrap)).default_validation_context.match_typed_subject_alt_names;

/** The recorded preview with another bootstrap in the release. */
function told(name: string, change: (bootstrap: Part) => void): PreviewRecord {
  const record = structuredClone(recorded(name)) as Part;
  for (const { urn, new: next } of record.steps) {
    if (!urn.endsWith("-release")) continue;
    const release = JSON.parse(next.inputs.content);
    changeEnvoy(release.files, change);
    next.inputs.content = JSON.stringify(release);
  }
  return record as PreviewRecord;
}

const planned = (type: string, name: string, inputs: Record<string, unknown>) => ({
  urn: name,
  type,
  name,
  id: `${name}-id`,
  inputs,
  outputs: {},
  protected: false,
  retained: false,
});

describe("who may write what, in a review", () => {
  it("is what the configuration pins for each sender, and ANY LABELS where it pins none", () => {
    const senders = [{ name: "a", labels: { account: "1", env: "x" } }, { name: "b" }, "c"];
    const rows = (config: object) => labelRows(declaredSenders({ ...config }, new Map()));
    assert.deepEqual(
      rows({ "metrics-link:senders": senders }).map(({ subject, value }) => [subject, value]),
      [
        ["series of sender a", 'only with account="1", env="x"'],
        ["series of sender b", "ANY LABELS: none are pinned"],
        ["series of sender 2", "ANY LABELS: none are pinned"],
      ],
    );
    assert.deepEqual(rows({ "metrics-link:role": "sender" }), []);
  });
});

describe("the evidence for fence 1", () => {
  it("shows at the receiver who is admitted, and at which addresses", () => {
    const rows = address(recorded("receiver"));
    for (const row of [
      "fixed address: 198.51.100.10, protected, kept on delete",
      "admitted at receiver-balancer: tcp 443 from 203.0.113.10/32",
      "admitted at receiver-host: tcp 8443 from the group receiver-balancer",
      "listener: TCP 443",
      "load balancer: network, behind receiver-balancer",
      "host: no public address, no key pair",
    ]) {
      assert.ok(rows.includes(row), `${row} is not among\n${rows.join("\n")}`);
    }
  });

  it("shows which DNS names are answered, rule by rule", () => {
    const kind = (name: string) => `aws:route53/resolverFirewall${name}:ResolverFirewall${name}`;
    const rows = addressRows([
      planned(kind("DomainList"), "sender-allowed", {
        domains: ["ssm.eu-west-1.amazonaws.com.", "*.outsider.example."],
      }),
      planned(kind("Rule"), "sender-allow", {
        action: "ALLOW",
        priority: 100,
        firewallDomainListId: "sender-allowed-id",
      }),
    ]);
    assert.deepEqual(
      rows.map(({ subject, value }) => `${subject}: ${value}`),
      ["DNS names: ssm.eu-west-1.amazonaws.com. *.outsider.example.", "DNS rule at 100: ALLOW sender-allowed"],
    );
  });

  it("shows which other networks a route leads to", () => {
    const type = "aws:ec2/route:Route";
    const rows = addressRows([
      planned(type, "default", { destinationCidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" }),
      planned(type, "to-shop", { destinationCidrBlock: "10.40.1.0/24", vpcPeeringConnectionId: "pcx-1" }),
      planned(type, "to-stock", { destinationCidrBlock: "10.41.0.0/16", transitGatewayId: "tgw-1" }),
    ]);
    assert.deepEqual(
      rows.map(({ subject, value }) => `${subject}: ${value}`),
      ["another network: by pcx-1 to 10.40.1.0/24", "another network: by tgw-1 to 10.41.0.0/16"],
    );
  });

  it("shows at the sender where it may connect, and from which address", () => {
    const rows = address(recorded("sender"));
    for (const row of [
      "leaves by: sender-address, 203.0.113.10",
      "may leave sender-host: tcp 443 to 198.51.100.10/32",
      "may leave sender-host: tcp 443 to the group sender-endpoints",
    ]) {
      assert.ok(rows.includes(row), `${row} is not among\n${rows.join("\n")}`);
    }
  });

  it("names a third party's service that the network leads to, before internal resources", () => {
    const service = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";
    const endpoint = (name: string, policy: object) => ({
      type: "aws:ec2/vpcEndpoint:VpcEndpoint",
      name,
      id: "vpce-1",
      inputs: { serviceName: name === "ssm" ? "com.amazonaws.eu-west-1.ssm" : service, ...policy },
      outputs: {},
      protected: false,
      retained: false,
    });
    const inside = plannedOf(recorded("sender")).filter(({ type }) => type !== "aws:ec2/vpcEndpoint:VpcEndpoint");
    const rows = addressRows([...inside, endpoint("ssm", { policy: "{}" }), endpoint("others", {})] as typeof inside);
    const at = rows.findIndex(({ subject }) => subject === "endpoint");
    assert.equal(rows[at]?.value, `${service}, NO POLICY says what passes`);
    assert.equal(rows.filter(({ subject }) => subject === "endpoint").length, 1);
    assert.ok(at < rows.findIndex(({ subject }) => subject === "host"));
  });

  it("shows open, unprotected and unknown parts", () => {
    assert.ok(
      address(changed("receiver", "203.0.113.10/32", "0.0.0.0/0")).includes(
        "admitted at receiver-balancer: tcp 443 from 0.0.0.0/0",
      ),
    );
    assert.ok(
      address(
        changed("receiver", '"associatePublicIpAddress":false', '"associatePublicIpAddress":true,"keyName":"k"'),
      ).includes("host: PUBLIC ADDRESS, KEY PAIR k"),
    );
    assert.ok(
      address(changed("receiver", '"protect":true', '"protect":false')).includes(
        "fixed address: 198.51.100.10, NOT PROTECTED, kept on delete",
      ),
    );
    // The engine's word for text that only the update will know.
    assert.ok(
      address(changed("receiver", "203.0.113.10/32", "04da6b54-80e4-46f7-96ec-b56ff0331ba9")).includes(
        "admitted at receiver-balancer: tcp 443 from not known before the update",
      ),
    );
    const rows = address(recorded("receiver-another-zone"));
    assert.ok(rows.includes("fixed address: not known before the update, protected, kept on delete"), rows.join("\n"));
    assert.equal(rows.filter((row) => row.startsWith("fixed address")).length, 2);
  });
});

describe("the evidence for fences 2 and 3", () => {
  it("shows each chain's sources, certificate, roots and routes", () => {
    const [chain = ""] = identity(recorded("receiver"));
    assert.match(
      chain,
      /^ingest 0\.0\.0\.0:8443, chain account-a: from 203\.0\.113\.10\/32; client certificate required;/,
    );
    assert.match(
      chain,
      /; TLSv1_3 only; the name DNS metrics-sender\.account-a\.internal; roots ([0-9A-F]{2}:){31}[0-9A-F]{2};/,
    );
    assert.match(chain, /; POST \/api\/v1\/write to prometheus$/);
  });

  it("shows which name the sender requests, and which roots it trusts", () => {
    const rows = identity(recorded("sender"));
    const row = rows.find((one) => one.startsWith("cluster receiver")) ?? "";
    assert.match(
      row,
      /to 198\.51\.100\.10:443, 198\.51\.100\.11:443; asks for metrics-ingest\.account-b\.internal; TLSv1_3 only/,
    );
  });

  const seen: Readonly<Record<string, readonly [change: (bootstrap: Part) => void, row: string]>> = {
    "no certificate that is asked for": [
      (it) => {
        tlsOf(chainOf(it)).require_client_certificate = false;
      },
      "CLIENT CERTIFICATE NOT REQUIRED",
    ],
    "an older TLS": [
      (it) => {
        tlsOf(chainOf(it)).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
      },
      "TLSv1_2 to TLSv1_3",
    ],
    "a pattern for a name": [
      (it) => {
        namesOf(it)[0].matcher.safe_regex.regex = ".*";
      },
      "NOT ONE EXACT NAME",
    ],
    "any name": [
      (it) => {
        namesOf(it).pop();
      },
      "NOT ONE EXACT NAME",
    ],
    "a chain for whoever is left over": [
      (it) => {
        it.static_resources.listeners[0].default_filter_chain = { name: "rest", filters: [] };
      },
      "chain rest: from any other address; no TLS",
    ],
    "another filter": [
      (it) => {
        chainOf(it).filters[1].typed_config = { "@type": "type.googleapis.com/x.TcpProxy" };
      },
      "LEADS SOMEWHERE BY A FILTER THAT IS NOT KNOWN",
    ],
    "a request that goes where a header says": [
      (it) => {
        routesOf(chainOf(it))[0].route = { cluster_header: "x-to" };
      },
      "POST /api/v1/write to NO FIXED CLUSTER",
    ],
    "listeners from elsewhere": [
      (it) => {
        it.dynamic_resources = { ...it.dynamic_resources, ads_config: {} };
      },
      "NOT KNOWN TO THIS REVIEW: dynamic_resources.ads_config: not known",
    ],
    "an open admin interface": [
      (it) => {
        it.admin.address = { socket_address: { address: "0.0.0.0", port_value: 9901 } };
      },
      "admin interface: REACHABLE FROM OUTSIDE",
    ],
  };
  for (const [what, [change, row]] of Object.entries(seen)) {
    it(`shows ${what}, and fails`, () => {
      const record = told("receiver", change);
      const rows = identity(record);
      assert.ok(
        rows.some((one) => one.includes(row)),
        rows.join("\n"),
      );
      assert.ok(!identity(recorded("receiver")).some((one) => one.includes(row)));
      const found = identityFindings(plannedOf(record));
      assert.ok(found.length > 0);
    });
  }

  it("shows a trust anchor that is not in the release", () => {
    const rows = identity(
      changed("receiver", '\\"path\\":\\"tls/roots/account-a.pem', '\\"path\\":\\"tls/roots/b.pem'),
    );
    assert.match(rows.join("\n"), /ROOTS NOT IN THE RELEASE \(.*there is no tls\/roots\/account-a\.pem\)/);
  });

  it("says when the release is unknown or unreadable", () => {
    const unknown = recorded("receiver").steps.map((one) =>
      one.urn.endsWith("-release")
        ? { ...one, new: { inputs: {}, id: "", protect: false, retainOnDelete: false } }
        : one,
    );
    const rows = identity({ ...recorded("receiver"), steps: unknown });
    assert.deepEqual(rows, ["release: not known before the update", "release: not known before the update"]);
    const [first = ""] = identity(changed("receiver", "envoy/bootstrap.json", "envoy/elsewhere.json"));
    assert.match(first, /^NOT KNOWN TO THIS REVIEW: envoy\/bootstrap\.json: the release has no such file/);
  });
});
