import { type Expected, knownUnits, type Section } from "../model/known-units.ts";
import { releaseRule } from "../model/release.ts";
import { readUnitFile } from "../model/unit-file.ts";

export const unitsAreKnown = releaseRule(
  {
    name: "units-are-known",
    fence: "host",
    rule: "Each unit of a release is one that is known, directive by directive: its command, its user, what it is denied.",
    reason:
      "A unit says what runs, as whom and within which bounds; systemd has more ways to say so than a search finds.",
    remedy: "Take the directive back, or add it to packages/policy/model/known-units.ts, where a reviewer sees it.",
    source: "docs/decisions/0652; systemd.syntax(7), systemd.service(5), systemd.exec(5)",
  },
  function* ({ release }, { configuration }) {
    const known = knownUnits(configuration);
    for (const { path, content } of release.files.filter((file) => file.path.startsWith("systemd/"))) {
      const expected = known[path.slice("systemd/".length)];
      if (expected === undefined) {
        yield `${path} is no unit that is known`;
        continue;
      }
      const { unit, faults } = readUnitFile(content);
      for (const fault of faults) yield `${path}: ${fault}`;
      for (const section of new Set([...Object.keys(unit), ...Object.keys(expected)])) {
        for (const fault of differences(unit[section] ?? {}, expected[section] ?? { always: {} })) {
          yield `${path} [${section}]: ${fault}`;
        }
      }
    }
  },
);

function* differences(
  found: Readonly<Record<string, readonly string[]>>,
  { always, maybe = {} }: Section,
): Generator<string> {
  for (const [key, values] of Object.entries(found)) {
    const expected = always[key] ?? maybe[key];
    if (expected === undefined) yield `${key}=${values.join(", ")} is not known`;
    else if (!fits(values, expected)) yield `${key}=${values.join(", ")} instead of ${written(expected)}`;
  }
  for (const [key, expected] of Object.entries(always)) {
    if (!(key in found)) yield `${key}=${written(expected)} is missing`;
  }
}

function fits(values: readonly string[], expected: Expected): boolean {
  const list = [expected].flat() as readonly Exclude<Expected, readonly unknown[]>[];
  return (
    values.length === list.length &&
    list.every((one, index) => {
      const value = values[index] ?? "";
      if (typeof one === "function") return one(value);
      return one instanceof RegExp ? new RegExp(`^(?:${one.source})$`).test(value) : one === value;
    })
  );
}

const written = (expected: Expected): string =>
  [expected]
    .flat()
    .map((one) =>
      typeof one === "function" ? "addresses of the link" : one instanceof RegExp ? `/${one.source}/` : one,
    )
    .join(", ");
