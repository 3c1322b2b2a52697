import assert from "node:assert/strict";
import { preflight } from "@metrics-link/preflight";
import { type Case, findingOf, judges } from "./support/cases.ts";
import { example, ready } from "./support/ready.ts";

const service = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";
const offered = {
  name: service,
  acceptanceRequired: false,
  privateDnsName: "alertmanager.ops.example",
  zones: ["eu-west-1a"],
};
const snapshotRole = {
  arn: "arn:aws:iam::111111111111:role/metrics-link-snapshots",
  trust: '{"Principal":{"Service":"dlm.amazonaws.com"}}',
};
const arn = "arn:aws:kms:eu-west-1:111111111111:key/1";

const cases: readonly Case[] = [
  [
    "a default key of the account's own",
    { ebsKey: { value: { arn, manager: "CUSTOMER", enabled: true } } },
    "key of volumes",
    "warning",
    /kms:CreateGrant/,
  ],
  [
    "a default key that is disabled",
    { ebsKey: { value: { arn, manager: "CUSTOMER", enabled: false } } },
    "key of volumes",
    "critical",
    /cannot be used/,
  ],
  [
    "a state on this machine",
    { backend: { value: { url: "file:///home/me", versioned: undefined } } },
    "state",
    "warning",
    /this machine alone/,
  ],
  [
    "a state without versions",
    { backend: { value: { url: "s3://state", versioned: { value: false } } } },
    "state",
    "warning",
    /no older versions/,
  ],
  [
    "a bucket that may not be asked",
    { backend: { value: { url: "s3://state", versioned: { error: "AccessDenied" } } } },
    "state",
    "not known",
    /AccessDenied/,
  ],
  [
    "a stack that was never made",
    { secrets: { value: undefined } },
    "key of the state's secrets",
    "critical",
    /pulumi stack init/,
  ],
  [
    "a key that may not be used",
    { secrets: { value: { address: "awskms:///arn", key: { error: "NotFoundException: Alias is not found" } } } },
    "key of the state's secrets",
    "critical",
    /Alias is not found/,
  ],
  [
    "a key by its alias",
    { secrets: { value: { address: "awskms://alias/x?region=eu-west-1", key: { value: { arn, enabled: true } } } } },
    "key of the state's secrets",
    "warning",
    /awskms:\/\/\/arn:aws:kms/,
  ],
  [
    "a disabled key",
    { secrets: { value: { address: "awskms:///arn", key: { value: { arn, enabled: false } } } } },
    "key of the state's secrets",
    "critical",
    /cannot be used/,
  ],
  [
    "a passphrase",
    { secrets: { value: { address: "a passphrase", key: undefined } } },
    "key of the state's secrets",
    "ok",
    /passphrase/,
  ],
  [
    "an empty passphrase",
    { secrets: { value: { address: "a passphrase", key: undefined, isEmpty: true } } },
    "key of the state's secrets",
    "critical",
    /an empty passphrase: whoever reads/,
  ],
  [
    "an alias that somebody has",
    { names: { ...ready().names, alias: { value: { name: "alias/metrics-link/sender", taken: true } } } },
    "name of the host's key",
    "critical",
    /exists, and this stack has not made it/,
  ],
  [
    "a bucket that somebody has",
    { names: { ...ready().names, bucket: { value: { name: "b", taken: true } } } },
    "name of the bucket of releases",
    "critical",
    /exists/,
  ],
  [
    "a role of snapshots that is not there",
    { snapshotRole: { value: undefined } },
    "role of snapshots",
    "critical",
    /role\/metrics-link-snapshots, which is not there[\s\S]*Once in each account[\s\S]*keep: 0/,
  ],
  [
    "a role of snapshots below another path",
    {
      snapshotRole: {
        value: { ...snapshotRole, arn: "arn:aws:iam::111111111111:role/x/metrics-link-snapshots" },
      },
    },
    "role of snapshots",
    "critical",
    /there is arn:aws:iam::111111111111:role\/x\/[\s\S]*account\.snapshotRole/,
  ],
  [
    "a role of snapshots that another service may assume",
    { snapshotRole: { value: { ...snapshotRole, trust: '{"Principal":{"Service":"ec2.amazonaws.com"}}' } } },
    "role of snapshots",
    "critical",
    /does not let dlm\.amazonaws\.com assume it/,
  ],
  [
    "AWS' own role of snapshots",
    {
      configuration: example("sender", [], (text) => text.replace(/^ +snapshotRole.*\n/m, "")),
      snapshotRole: {
        value: { ...snapshotRole, arn: "arn:aws:iam::111111111111:role/AWSDataLifecycleManagerDefaultRole" },
      },
    },
    "role of snapshots",
    "warning",
    /could have it share snapshots of any volume[\s\S]*narrower one/,
  ],
  [
    "a role of snapshots that may not be read",
    { snapshotRole: { error: "User: x is not authorized to perform: iam:GetRole" } },
    "role of snapshots",
    "not known",
    /iam:GetRole[\s\S]*What a preflight reads/,
  ],
  [
    "GuardDuty's endpoints",
    { guardDutyEndpoints: { value: ["vpce-1 in vpc-1"] } },
    "GuardDuty",
    "warning",
    /before `pulumi destroy`/,
  ],
  [
    "a plugin that is not there",
    { plugins: { value: [{ name: "aws", version: "7.48.0", path: undefined, pinned: false }] } },
    "plugins",
    "critical",
    /aws are not on PATH[\s\S]*npm run setup -- --deploy/,
  ],
  [
    "a plugin that nothing compared",
    { plugins: { value: [{ name: "tls", version: "5.6.1", path: "/sandbox/tls", pinned: false }] } },
    "plugins",
    "critical",
    /nothing compared.*\/sandbox\/tls/,
  ],
  [
    "a tool without a hash",
    { tools: { value: ["envoy is null: a known official hash"] } },
    "tools for the host",
    "critical",
    /npm run pin/,
  ],
  [
    "a ceremony that is yet to come",
    { ceremony: { value: { signed: false, problems: [] } } },
    "certificates",
    "warning",
    /hold the ceremony/,
  ],
  [
    "certificates of somebody else",
    { ceremony: { value: { signed: false, problems: ["root-g1.pem is …"] } } },
    "certificates",
    "critical",
    /root-g1/,
  ],
  ["a trial", { ceremony: undefined }, "certificates", "warning", /trial/],
];

describe("a preflight of services and of this machine", () => {
  judges(cases);

  it("asks for no role of snapshots where none is taken", () => {
    const { sections } = preflight({ ...ready(), snapshotRole: undefined });
    const subjects = sections.flatMap(({ findings }) => findings).map(({ subject }) => subject);
    assert.ok(subjects.includes("state") && !subjects.includes("role of snapshots"), subjects.join());
  });

  for (const [title, found, severity, words] of [
    ["not shown to this account", undefined, "critical", /let this account in/],
    ["that waits for its owner", { ...offered, acceptanceRequired: true }, "critical", /waits for its owner/],
    ["without a private name", { ...offered, privateDnsName: undefined }, "critical", /private DNS name/],
    ["in another zone", { ...offered, zones: ["eu-west-1c"] }, "critical", /eu-west-1c, not in eu-west-1a/],
    ["in order", offered, "ok", /alertmanager\.ops\.example/],
  ] as const) {
    it(`says ${severity} of an endpoint service ${title}`, () => {
      const evidence = {
        ...ready(example("sender", [service])),
        endpointServices: { value: new Map([[service, found]]) },
      };
      const judged = findingOf(evidence, "endpoint service vpce-svc-0123456789abcdef0");
      assert.equal(judged.severity, severity);
      assert.match(judged.what + (judged.remedy ?? ""), words);
    });
  }
});
