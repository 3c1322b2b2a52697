import { matching, text } from "@metrics-link/contract";
import { z } from "zod";
import { instanceTypeFault } from "./instance-type.ts";
import { flag, integer, key } from "./values.ts";

const instanceType = text("an instance type on the Nitro System, such as t3.small").superRefine((found, context) => {
  const message = instanceTypeFault(found);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

export const host = z.strictObject({
  imageId: key(matching(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, "the id of a Debian 13 image in this region"), {
    description:
      "A Debian 13 image in this region, for the processor of `host.architecture`. Another id replaces the instance; the data volume moves over.",
    range: "the id of an image",
    example: "ami-0deb1a13000000001",
    affects: "`account.region`: each region has ids of its own",
  }),
  architecture: key(z.enum(["x86_64", "arm64"], { error: "x86_64, or arm64 for Graviton" }).default("x86_64"), {
    description:
      "The processor: image, instance type and tools have to be for it. Graviton (`arm64`) is about a fifth cheaper; its tools are [pinned](deploy.md#1-pin-the-tools) separately.",
    example: "x86_64",
    affects: "`host.imageId`; another processor replaces the instance",
  }),
  instanceType: key(instanceType, {
    description:
      "The instance type. It must show its disks as NVMe, that is a Nitro type. Burstable types (t3, t3a, t4g) run in unlimited mode: [what that may cost](deploy.md#what-it-costs).",
    range: "an instance type on the Nitro System, from `micro` on",
    example: "t3.small",
    affects: "[capacity](capacity.md)",
    stricter:
      "AWS has types on Xen (such as `t2`), whose disks the agent does not find, Macs, and `nano`, whose 512 MiB of memory Envoy alone may take.",
  }),
  // The upper limit is that of gp3.
  dataVolumeGiB: key(integer(1, 16_384, "GiB, the size of the data volume").default(50), {
    description:
      "Size of the volume for TSDB and WAL in GiB. Prometheus may fill 80 % of it. Growing takes effect at the next boot.",
    example: "100",
    affects: "[capacity](capacity.md): how long an outage may last",
  }),
  dataVolumeId: key(matching(/^vol-([0-9a-f]{8}|[0-9a-f]{17})$/, "the id of a volume").optional(), {
    description:
      "A volume with TSDB and WAL that an earlier stack of this account left: this stack takes it over instead of making an empty one; see [coming back](deploy.md#coming-back). It is encrypted and in the first of `network.zones`.",
    range: "the id of a volume",
    fallback: "a new volume",
    example: "vol-0123456789abcdef0",
  }),
  dataVolumeSnapshotId: key(matching(/^snap-([0-9a-f]{8}|[0-9a-f]{17})$/, "the id of a snapshot").optional(), {
    description:
      "The snapshot that a new data volume is made from. A volume that is there stays as it is, whatever this key says: it is neither replaced nor emptied when the key comes, changes or goes.",
    range: "the id of a snapshot of this region",
    fallback: "a new volume is empty",
    example: "snap-0123456789abcdef0",
  }),
  snapshots: z
    .strictObject({
      everyHours: key(
        integer(1, 24, "hours, of which a day is a multiple")
          .refine((hours) => hours !== 5 && 24 % hours === 0, {
            error: "a number of hours that divides a day: 1, 2, 3, 4, 6, 8, 12 or 24, without quotes",
          })
          .default(24),
        {
          description:
            "How often a snapshot of the data volume is taken. What is younger than the last one goes with the volume.",
          range: "1, 2, 3, 4, 6, 8, 12 or 24 hours",
          example: "6",
          affects: "cost: blocks that changed since the last snapshot are stored again",
        },
      ),
      keep: key(integer(0, 1000, "snapshots").default(7), {
        description: "How many snapshots are kept; the oldest goes when a new one is there. `0`: none is taken.",
        example: "14",
      }),
      at: key(matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day in UTC, in quotes: "03:00"').default("03:00"), {
        description: "When the first snapshot of a day is begun, UTC; AWS does it within the hour after.",
        range: "`00:00` to `23:59`, in quotes",
        example: '"01:30"',
      }),
    })
    .prefault({}),
  forceRelease: key(
    matching(
      /^[0-9a-f]{12,64}$/,
      "the id of the release whose change is pending, or its first 12 digits or more",
    ).optional(),
    {
      description:
        "The id of a release with a [pending change](operate.md#pending-changes): makes it at once, in this one release. What is not sent yet is lost.",
      range: "12 to 64 hexadecimal digits",
      example: "25a473f2c79e",
    },
  ),
  // Debian's own images do not; then it comes from the account's bucket.
  imageBringsManagementAgent: key(flag("if the image has amazon-ssm-agent").default(false), {
    description:
      "`true` for an image that has amazon-ssm-agent; otherwise it is installed from the bucket at the first boot.",
    example: "true",
    affects: "`host.imageId`",
  }),
});

export const tools = z
  .strictObject({
    acceptUnpinned: key(flag("for a first try").default(false), {
      description:
        "`true` lets tools reach a host that are not the upstream's own download with a pinned hash. Never in an account that matters.",
      example: "false",
    }),
  })
  .prefault({});
