/**
 * Families whose disks are not NVMe devices, because they run on Xen; a few run on Nitro as `metal` alone. The agent finds
 * the data volume by its NVMe serial number, so a host of these never comes up.
 * Source: "Instances built on the AWS Nitro System" and "Amazon EBS volumes and NVMe" in the EC2 user guides, 2026-11.
 */
const xen = new Set(
  "t1 t2 m1 m2 m3 m4 c1 c3 c4 cc1 cc2 cg1 cr1 r3 r4 x1 x1e d2 h1 hi1 hs1 i2 i3 g2 g3 g3s p2 p3 f1".split(" "),
);

/**
 * How AWS builds names (EC2 user guide, "Instance type naming conventions"): series, generation, options, size. High memory
 * types have a form of their own, such as u-6tb1.metal.
 */
const name =
  /^((?<series>[a-z]{1,7})(?<generation>\d{1,2})(?<options>[a-z]*(-[a-z0-9]+)?)|u-\d{1,2}tb\d)\.(?<size>[a-z0-9]+(-[a-z0-9]+)?)$/;

/**
 * Why a host cannot be of this type, as what would be right instead; undefined when nothing is known against it. New types
 * appear every month, so this knows what does not work, and AWS itself refuses what does not exist.
 */
export function instanceTypeFault(found: string): string | undefined {
  const { series = "u", generation = "", options = "", size } = name.exec(found)?.groups ?? {};
  if (size === undefined) return "an instance type, such as t3.small or m7i.metal-24xl";
  const [family] = found.split(".");
  if (series === "mac") return "an instance type for Linux, such as t3.small";
  const onXen = xen.has(`${series}${generation}${options}`) && !(family === "i3" && size.startsWith("metal"));
  if (onXen) return `an instance type on the Nitro System, such as t3.small: the disks of ${family} are not NVMe`;
  return size === "nano" ? "at least a micro: 0.5 GiB of memory is what Envoy alone may take" : undefined;
}

/** The processor of an instance type. Graviton is the letter g among the options; its first generation was a family of its own. */
export function architectureOf(found: string): "x86_64" | "arm64" {
  const { options = "" } = name.exec(found)?.groups ?? {};
  return options.replace(/-.*/, "").includes("g") || found.startsWith("a1.") ? "arm64" : "x86_64";
}
