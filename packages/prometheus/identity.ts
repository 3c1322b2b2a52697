import { exactly } from "@metrics-link/contract";
import { type FixedLabel, fixedLabels, keptPrefix } from "@metrics-link/release";
import type { Labels, RelabelRule } from "./configuration.ts";

/** Hold something from one rule to a later one; the last rule of each that uses them removes them. */
const [ownSide, taken] = ["__own_side", "__taken"];

/**
 * The relabelling at the end of the queue: `asSent` (packages/release), said to Prometheus. External labels alone are defaults: a
 * series' own label wins, and a target that exposes `account` speaks for another account. Overwriting that label would make
 * two series that differ in it one, of which the receiver silently keeps whichever comes first. So it is renamed first.
 * Each rule runs once a series, not once a sample. docs/decisions/0802.
 */
export function identityRules(externalLabels: Labels): readonly RelabelRule[] {
  const fixed = fixedLabels(externalLabels);
  const everywhere = fixed.filter((one) => one.everywhere);
  return [
    ...fixed.filter((one) => !one.everywhere).flatMap(keepsItsValue),
    ...everywhere.flatMap(renamesAnother),
    // Last, so that nothing before can undo it. No value has a `$`, which a replacement expands (packages/config).
    ...everywhere.map(({ name, value }) => ({ target_label: name, replacement: value })),
  ];
}

/** A label that not every series has: the right value stays, another one is renamed. */
const keepsItsValue = (label: FixedLabel): readonly RelabelRule[] => [
  { source_labels: [label.name], regex: `(${exactly(label.value)})|.*`, target_label: ownSide, replacement: "$1" },
  ...renamesAnother(label),
  { source_labels: [ownSide], target_label: label.name },
  { target_label: ownSide, replacement: "" },
];

/** RE2 cannot say "not this value", so the right value is removed first. */
const renamesAnother = ({ name, value, keptAs }: FixedLabel): readonly RelabelRule[] => [
  { source_labels: [name], regex: exactly(value), target_label: name, replacement: "" },
  { source_labels: [keptAs], regex: ".+", target_label: taken, replacement: keptPrefix },
  {
    source_labels: [taken, name],
    regex: `(${keptPrefix})?;(.+)`,
    target_label: `\${1}${keptAs}`,
    replacement: "$2",
  },
  { target_label: taken, replacement: "" },
];
