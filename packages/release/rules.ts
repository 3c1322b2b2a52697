import { createHash } from "node:crypto";
import type { Problem } from "@metrics-link/contract";
import { isSecretPlace, releaseFolders, releaseTarget, releaseUnits, unitFolder } from "./paths.ts";
import type { Release } from "./schema.ts";

/** Names that the agent itself writes into a release's directory. */
const reserved = /^(bin(\/|$)|release\.json$)/;

const rules = [
  pathsAreUnique,
  pathsAreFree,
  filesHaveTheirPlace,
  secretsHaveTheirPlace,
  unitsAreWantedAtTheBoot,
  hashesFit,
  noKeyInAFile,
  secretsAreClosed,
  referencesResolve,
];

/** What must hold between the parts of a release; all faults together. */
export function releaseRules(release: Release): Problem[] {
  return rules.flatMap((rule) => rule(release));
}

function pathsAreUnique({ files, secrets, tools }: Release): Problem[] {
  const paths = [...files, ...secrets].map(({ path }) => path);
  const commands = tools.flatMap(({ executables }) => Object.keys(executables));
  return [
    ...repeated(paths).map((path) => ({ key: "files", value: path, remedy: "each path once, secrets included" })),
    ...repeated(commands).map((name) => ({ key: "tools", value: name, remedy: "each command from one tool" })),
  ];
}

function pathsAreFree({ files, secrets }: Release): Problem[] {
  return [...files, ...secrets]
    .filter(({ path }) => reserved.test(path))
    .map(({ path }) => ({ key: "files", value: path, remedy: "bin/ and release.json belong to the agent" }));
}

function filesHaveTheirPlace({ files }: Release): Problem[] {
  const units = releaseUnits.map((unit) => `${unitFolder}${unit}`);
  return files.flatMap(({ path }) => {
    if (!releaseFolders.some((folder) => path.startsWith(folder)))
      return { key: "files", value: path, remedy: `a file in one of ${releaseFolders.join(", ")}` };
    if (path.startsWith(unitFolder) && !units.includes(path))
      return { key: "files", value: path, remedy: `a unit of a release: one of ${releaseUnits.join(", ")}` };
    return [];
  });
}

function secretsHaveTheirPlace({ secrets }: Release): Problem[] {
  return secrets
    .filter(({ path }) => !isSecretPlace(path))
    .map(({ path }) => ({
      key: "secrets",
      value: path,
      remedy:
        "the leaf's key, that of a metrics service, a secret of a scrape job or of an Alertmanager: configuration and roots are files, which are reviewed",
    }));
}

/** The agent links a unit into the folders of the targets that want it. */
function unitsAreWantedAtTheBoot({ files }: Release): Problem[] {
  return files
    .filter(({ path }) => path.startsWith(unitFolder))
    .flatMap(({ path, content }) =>
      [...content.matchAll(/^\s*WantedBy\s*=(.*)$/gm)]
        .map(([, targets = ""]) => targets.trim())
        .filter((targets) => targets !== releaseTarget)
        .map((targets) => ({ key: `files ${path}: WantedBy`, value: targets, remedy: releaseTarget })),
    );
}

function hashesFit({ files }: Release): Problem[] {
  return files
    .filter(({ content, sha256 }) => createHash("sha256").update(content).digest("hex") !== sha256)
    .map(({ path, sha256 }) => ({ key: `files ${path}`, value: sha256, remedy: "the SHA-256 of the content" }));
}

function noKeyInAFile({ files }: Release): Problem[] {
  return files
    .filter(({ content }) => content.includes("PRIVATE KEY-----") && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(content))
    .map(({ path }) => ({ key: "files", value: path, remedy: "a private key travels as a secret, not as a file" }));
}

function secretsAreClosed({ secrets }: Release): Problem[] {
  return secrets
    .filter(({ mode }) => !/^0[0-7][04]0$/.test(mode))
    .map(({ path, mode }) => ({
      key: `secrets ${path}`,
      value: mode,
      remedy: "0400 or 0440: nobody else may read it",
    }));
}

function referencesResolve({ files, secrets, services, checks, probes, tools }: Release): Problem[] {
  const known = new Set([...files, ...secrets].map(({ path }) => path));
  const units = new Set(files.flatMap(({ path }) => (path.startsWith("systemd/") ? [path.slice(8)] : [])));
  const toolNames = new Set(tools.map(({ name }) => name));
  const missingFile = (key: string, path: string): Problem[] =>
    known.has(path) ? [] : [{ key, value: path, remedy: "a file of this release" }];
  const missingUnit = (key: string, unit: string): Problem[] =>
    units.has(unit)
      ? []
      : [{ key, value: unit, remedy: `a unit of this release: systemd/${unit} is not among its files` }];
  return [
    ...services.flatMap(({ unit, onChange }) => [
      ...missingUnit("services", unit),
      ...onChange
        .flatMap((entry) => entry.tools)
        .filter((name) => !toolNames.has(name))
        .map((name) => ({ key: `services ${unit}`, value: name, remedy: "a tool of this release" })),
    ]),
    ...checks.flatMap((check) => {
      const paths =
        check.kind === "keyPair"
          ? [check.certificate, check.key]
          : check.kind === "chain"
            ? [check.certificate, check.root]
            : check.kind === "webConfig"
              ? [check.file, check.admits]
              : [check.file];
      return paths.flatMap((path) => missingFile(`checks ${check.kind}`, path));
    }),
    ...probes.flatMap((probe) => [
      ...missingUnit(`probes ${probe.kind}`, probe.unit),
      ...(probe.kind === "envoyRuns" ? missingFile("probes envoyRuns", probe.bootstrap) : []),
      ...(probe.kind === "envoyCertificate" ? missingFile("probes envoyCertificate", probe.certificate) : []),
    ]),
  ];
}

function repeated(list: readonly string[]): string[] {
  return [...new Set(list.filter((item, index) => list.indexOf(item) < index))];
}
