import assert from "node:assert/strict";
import { memoryCeilings } from "@metrics-link/host/cloud/units.ts";
import { preflight } from "@metrics-link/preflight";
import { type Case, findingOf, judges } from "./support/cases.ts";
import { example, image, ready, instanceType as type } from "./support/ready.ts";

const cases: readonly Case[] = [
  [
    "a role that may not be assumed",
    { role: { value: { refused: "User: x is not authorized to perform: sts:AssumeRole" } } },
    "role",
    "critical",
    /not authorized[\s\S]*ExternalId/,
  ],
  [
    "a session that lasts longer than the role allows",
    { role: { value: { refused: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role." } } },
    "role",
    "critical",
    /DurationSeconds[\s\S]*no external id[\s\S]*shorter account.sessionDuration/,
  ],
  [
    "a role of another account",
    { role: { value: { account: "222222222222", arn: "arn:aws:sts::222222222222:assumed-role/x/y" } } },
    "role",
    "critical",
    /222222222222.*111111111111/,
  ],
  [
    "no credentials",
    { caller: { error: "Could not load credentials from any providers" } },
    "identity",
    "not known",
    /credentials/,
  ],
  [
    "a zone that is not there",
    { zones: { value: [{ name: "eu-west-1b", id: "euw1-az2", state: "available" }] } },
    "zones",
    "critical",
    /eu-west-1a is no available zone[\s\S]*one or two of eu-west-1b \(euw1-az2\)/,
  ],
  [
    "a zone that is impaired",
    {
      zones: {
        value: ["a", "b"].map((one) => ({
          name: `eu-west-1${one}`,
          id: one,
          state: one === "b" ? "available" : "impaired",
        })),
      },
    },
    "zones",
    "critical",
    /eu-west-1a/,
  ],
  [
    "too few addresses",
    { quotas: { ...ready().quotas, addresses: { value: { limit: 5, used: 5 } } } },
    "quota of addresses",
    "critical",
    /5 of 5 are in use[\s\S]*EC2-VPC Elastic IPs/,
  ],
  [
    "too few networks",
    { quotas: { ...ready().quotas, vpcs: { value: { limit: 5, used: 5 } } } },
    "quota of networks",
    "critical",
    /VPCs per Region/,
  ],
  [
    "too few processors",
    { quotas: { ...ready().quotas, vcpus: { value: { limit: 5, used: 4 } } } },
    "quota of processors",
    "critical",
    /2 more vCPU/,
  ],
  [
    "too few rules",
    { quotas: { ...ready().quotas, rules: { value: 3 } } },
    "quota of rules",
    "critical",
    /4 rules, 3 are allowed/,
  ],
  [
    "an image that is not there",
    { image: { value: undefined } },
    "image",
    "critical",
    /not in eu-west-1[\s\S]*debian-13-amd64-20261101/,
  ],
  [
    "an image for another processor",
    { image: { value: { ...image, architecture: "arm64" } } },
    "image",
    "critical",
    /for arm64/,
  ],
  [
    "an image that was withdrawn",
    { image: { value: { ...image, state: "deregistered" } } },
    "image",
    "critical",
    /deregistered/,
  ],
  ["an image without ENA", { image: { value: { ...image, ena: false } } }, "image", "critical", /ENA/],
  [
    "an image of something else",
    { image: { value: { ...image, name: "ubuntu-24.04" } } },
    "image",
    "warning",
    /ubuntu/,
  ],
  [
    "a newer image",
    { newestImage: { value: { ...image, id: "ami-2", created: "2026-11-20T00:00:00.000Z" } } },
    "image",
    "ok",
    /newest is ami-2/,
  ],
  [
    "an old image, with a newer one",
    {
      image: { value: { ...image, created: "2026-10-01T00:00:00.000Z" } },
      newestImage: { value: { ...image, id: "ami-2", created: "2026-11-20T00:00:00.000Z" } },
    },
    "image",
    "warning",
    /newest is ami-2.*59 days old/,
  ],
  [
    "an old image, and no newer one",
    {
      image: { value: { ...image, created: "2026-10-01T00:00:00.000Z" } },
      newestImage: { value: { ...image, created: "2026-10-01T00:00:00.000Z" } },
    },
    "image",
    "warning",
    /59 days old/,
  ],
  ["an unknown instance type", { instanceType: { value: undefined } }, "instance type", "critical", /no t3\.small/],
  ["a type on Xen", { instanceType: { value: { ...type, hypervisor: "xen" } } }, "instance type", "critical", /xen/],
  [
    "a type of another processor",
    { instanceType: { value: { ...type, processors: ["arm64"] } } },
    "instance type",
    "critical",
    /arm64/,
  ],
  [
    "a type that the zone has not",
    { offeredIn: { value: ["eu-west-1b"] } },
    "instance type in the host's zone",
    "critical",
    /put one of eu-west-1b first/,
  ],
  [
    "a boot mode that the type has not",
    {
      image: { value: { ...image, bootMode: "uefi" } },
      instanceType: { value: { ...type, bootModes: ["legacy-bios"] } },
    },
    "boot mode",
    "critical",
    /boots by uefi/,
  ],
  [
    "a missing image, of which nobody knows the boot mode",
    { image: { value: undefined } },
    "boot mode",
    "not known",
    /no image/,
  ],
];

describe("a preflight of the account and the host", () => {
  judges(cases);

  const full = { quotas: { ...ready().quotas, addresses: { value: { limit: 5, used: 5 } } } };
  const withKey = (after: string, key: string) =>
    example("sender", [], (text) => text.replace(after, `${after}\n${key}`));
  for (const [title, configuration] of [
    [
      "that its exchange stack makes",
      withKey("  metrics-link:role: sender", "  metrics-link:exchange: organization/metrics-link/account-a"),
    ],
    ["that it takes over", withKey("    cidr: 10.10.0.0/16", "    addressAllocations: [eipalloc-0123456789abcdef0]")],
  ] as const) {
    it(`counts no address ${title}`, () => {
      const { severity, what } = findingOf({ ...ready(configuration), ...full }, "quota of addresses");
      assert.deepEqual([severity, what], ["ok", "the update makes none; 5 of 5 in use"]);
    });
  }

  const letsIn = (activeSeries: number, more = "") =>
    example("receiver", [], (text) =>
      text.replace("        activeSeries: 500000", `        activeSeries: ${activeSeries}\n${more}`),
    );
  for (const [title, configuration, memoryMiB, severity, words] of [
    [
      "one sender with the default limits on 2 GiB",
      example("receiver"),
      2048,
      "ok",
      /let in 500000 series.* 588000 at/,
    ],
    ["the same on 1 GiB", example("receiver"), 1024, "warning", /let in 500000 series.* for 272000 at most: .*wait/],
    ["a limit that fits into 1 GiB", letsIn(200_000), 1024, "ok", /let in 200000/],
    ["more than any host of this size has", letsIn(2_000_000), 2048, "warning", /let in 2000000/],
    ["one that is suspended", letsIn(2_000_000, '      suspended: "a flood"\n'), 2048, "ok", /let in 0 series/],
    ["a host with less than Prometheus needs by itself", example("receiver"), 128, "warning", /for 0 at most/],
  ] as const) {
    it(`says ${severity} of the memory for ${title}`, () => {
      const evidence = { ...ready(configuration), instanceType: { value: { ...type, memoryMiB } } };
      const found = findingOf(evidence, "memory for the senders' series");
      assert.equal(found.severity, severity, found.what);
      assert.match(found.what, words);
    });
  }

  it("takes the part of the memory that Prometheus may use from the unit", () => {
    assert.equal(memoryCeilings.prometheusBehindGate, "50%");
    assert.ok(ready().configuration.role === "sender");
    const all = preflight(ready()).sections.flatMap(({ findings }) => findings);
    assert.ok(all.every(({ subject }) => subject !== "memory for the senders' series"));
  });
});
