import type { Finding } from "@metrics-link/report";
import type { Evidence, Image, InstanceType } from "../evidence.ts";
import { both, type Conclusion, check, fine, stops, warns } from "../judge.ts";

/** Whether the host would start and find its disks. */
export function hostFindings(evidence: Evidence): Finding[] {
  const { configuration, image, newestImage, instanceType, offeredIn, ebsKey } = evidence;
  const { host, network, account } = configuration;
  return [
    check("image", "EC2", both(image, newestImage), ([found, newest]) =>
      found === undefined
        ? stops(
            `${host.imageId} is not in ${account.region}, or not for this account`,
            newest ? `set metrics-link:host.imageId to ${newest.id} (${newest.name})` : "name an image of this region",
          )
        : imageConclusion(found, newest, evidence.takenAt, host.architecture),
    ),
    check("instance type", "EC2", instanceType, (found) =>
      found === undefined
        ? stops(
            `${account.region} has no ${host.instanceType}`,
            "set metrics-link:host.instanceType to a type that it has",
          )
        : typeConclusion(host.instanceType, found, host.architecture),
    ),
    check("instance type in the host's zone", "EC2", offeredIn, (zones) => {
      const [zone = ""] = network.zones;
      return zones.includes(zone)
        ? fine(`${host.instanceType} is offered in ${zone}`)
        : stops(
            `${host.instanceType} is not offered in ${zone}, where the host stands`,
            zones.length > 0
              ? `put one of ${zones.join(", ")} first in metrics-link:network.zones`
              : "take another type",
          );
    }),
    ...(configuration.role === "receiver"
      ? [
          check("memory for the senders' series", "EC2", instanceType, (type) =>
            type === undefined ? nothingToCompare : seriesConclusion(configuration.senders, host.instanceType, type),
          ),
        ]
      : []),
    check("boot mode", "EC2", both(image, instanceType), ([one, type]) =>
      one === undefined || type === undefined ? nothingToCompare : bootConclusion(one, type, host.instanceType),
    ),
    check("key of volumes", "EC2, KMS", ebsKey, ({ arn, manager, enabled }) => {
      if (!enabled)
        return stops(
          `${arn}, which encrypts volumes by default, cannot be used`,
          "enable the key, or set another default",
        );
      return manager === "AWS"
        ? fine(`AWS' own key for EBS: ${arn}`)
        : warns(
            `volumes are encrypted by default with a key of the account's own, ${arn}`,
            "its policy has to let the role use it and make grants (kms:CreateGrant), else the instance ends as soon as it starts",
          );
    }),
  ];
}

type Processor = Evidence["configuration"]["host"]["architecture"];

/** Whatever is missing is a finding of its own. */
const nothingToCompare: Conclusion = { severity: "not known", what: "there is no image or no type to compare" };

/** From then on an image is old: the default of the alert ImageOld. */
const oldAfterDays = 45;

function imageConclusion(found: Image, newest: Image | undefined, takenAt: string, processor: Processor): Conclusion {
  const is = `${found.id}: ${found.name}, of ${found.created.slice(0, 10)}`;
  const another = `set metrics-link:host.imageId to an image of Debian 13 for ${processor}`;
  if (found.state !== "available") return stops(`${is}, is ${found.state}`, another);
  if (found.architecture !== processor)
    return stops(`${is}, is for ${found.architecture}, the tools are for ${processor}`, another);
  if (found.virtualization !== "hvm" || found.rootDeviceType !== "ebs" || !found.ena) {
    return stops(`${is}, does not start on Nitro: it has to be hvm, with its root on EBS and ENA`, another);
  }
  const newer = newest !== undefined && newest.created > found.created ? newest : undefined;
  const told = newer === undefined ? is : `${is}; the newest is ${newer.id}, ${newer.name}`;
  if (!/^debian-13-/.test(found.name)) {
    return warns(`${told}; it is not named as Debian's own images of Debian 13 are`, "make sure that it is one");
  }
  const days = Math.floor((Date.parse(takenAt) - Date.parse(found.created)) / 86_400_000);
  if (days < oldAfterDays) return fine(told);
  return warns(
    `${told}; it is ${days} days old`,
    newer === undefined
      ? "there is no newer one: read Debian's security advisories (docs/operate.md, Patching)"
      : `set metrics-link:host.imageId to ${newer.id} and update: the instance is replaced, its data volume moves over (docs/operate.md, Patching)`,
  );
}

function typeConclusion(
  name: string,
  { processors, hypervisor, bareMetal }: InstanceType,
  processor: Processor,
): Conclusion {
  const another = `set metrics-link:host.instanceType to a type for ${processor} on the Nitro System, and host.architecture to its processor`;
  if (!processors.includes(processor))
    return stops(`${name} is ${processors.join(", ")}, the tools are for ${processor}`, another);
  if (hypervisor !== "nitro" && !bareMetal) {
    return stops(
      `${name} runs on ${hypervisor ?? "an unknown hypervisor"}, where the host does not find its disks`,
      another,
    );
  }
  return fine(`${name}: ${processor} on ${bareMetal ? "bare metal" : "Nitro"}`);
}

/** What a Prometheus that has just been written to holds for a series, in bytes, and without any (docs/decisions/0812). */
const bytesPerSeries = 1_700;
const bytesWithoutSeries = 70 * 2 ** 20;
/** The part of the memory that Prometheus behind a gate may use: packages/host/cloud/units.ts. */
const prometheusPart = 0.5;

/** Whether Prometheus has memory for as many series as the limits of all senders let in. It needs more than what is counted here. */
function seriesConclusion(
  senders: readonly { readonly limits: { readonly activeSeries: number }; readonly suspended?: string | undefined }[],
  name: string,
  { memoryMiB }: InstanceType,
): Conclusion {
  const letIn = senders
    .filter(({ suspended }) => suspended === undefined)
    .reduce((sum, { limits }) => sum + limits.activeSeries, 0);
  const room = Math.floor((memoryMiB * 2 ** 20 * prometheusPart - bytesWithoutSeries) / bytesPerSeries);
  const fits = Math.max(0, Math.floor(room / 1000) * 1000);
  const told = `the limits of the senders let in ${letIn} series, and Prometheus on ${name} has memory for ${fits} at most`;
  return letIn <= fits
    ? fine(told)
    : warns(
        `${told}: senders that use their limits to the full end it, and the samples of all wait`,
        "set senders[].limits.activeSeries to about twice what each sender has (`npm run fleet -- list`), or take a larger type",
      );
}

/** EC2 user guide, "Instance boot modes": without a mode the type decides, and `uefi-preferred` takes what there is. */
function bootConclusion({ bootMode, id }: Image, { bootModes }: InstanceType, type: string): Conclusion {
  if (bootMode === undefined || bootMode === "uefi-preferred" || bootModes.includes(bootMode)) {
    return fine(`the image's ${bootMode ?? "default"} and the type's ${bootModes.join(", ")}`);
  }
  return stops(
    `${id} boots by ${bootMode}, ${type} by ${bootModes.join(", ")} only`,
    "take an image or a type that fits the other",
  );
}
