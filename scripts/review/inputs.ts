import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join, posix } from "node:path";
import type { Files } from "@metrics-link/review";
import { refused } from "./git.ts";

type Config = Readonly<Record<string, unknown>>;
interface Named {
  readonly key: string;
  readonly path: string;
}

/** Where files of the configuration may lie: nothing in these folders is the program. */
const places = /^(fleet|peers|pki|monitoring|stacks\/[A-Za-z0-9][\w-]*)(\/|$)/;

/** What a folder or a file that the configuration names may hold: data, and what keeps an empty folder in a checkout. */
const kinds = /\.(ya?ml|pem|crt|csr|json)$|(^|\/)\.gitkeep$/;

/** The files that a configuration names, by the only keys that name any. */
function namedIn(config: Config): Named[] {
  const section = (name: string) => (config[`metrics-link:${name}`] ?? {}) as Record<string, unknown>;
  const { artefacts } = section("pki");
  const { rules, scrapeConfigs, alertmanagers } = section("prometheus");
  const certificates = (Array.isArray(alertmanagers) ? alertmanagers : []).flatMap((one): [string, unknown][] => [
    ["prometheus.alertmanagers[].ca", one?.ca],
    ["prometheus.alertmanagers[].clientCertificate.certificate", one?.clientCertificate?.certificate],
  ]);
  const senders = config["metrics-link:senders"];
  const contracts = (Array.isArray(senders) ? senders : []).map((one): [string, unknown] => [
    "senders[].contract",
    one?.contract,
  ]);
  const all: [string, unknown][] = [
    ["peer.contract", section("peer").contract],
    ["fleet", config["metrics-link:fleet"]],
    ...contracts,
    ["shows.artefacts", section("shows").artefacts],
    ["pki.artefacts", artefacts],
    ["prometheus.rules", rules],
    ["prometheus.scrapeConfigs", scrapeConfigs],
    ...certificates,
  ];
  return all.flatMap(([key, path]) => (typeof path === "string" ? [{ key: `metrics-link:${key}`, path }] : []));
}

const isInside = (folder: string, path: string) => path === folder || path.startsWith(`${folder}/`);

/**
 * The paths of the repository that a configuration names: folders and files of its own, in places without program. A
 * path that begins with a slash leads out of the repository, where nothing is compared; `setAside` says so on the page.
 * @param config of the branch
 * @param all files of the checkout that are compared
 * @throws LinkError REVIEW_REFUSED naming the key whose files are not regular files of these, or lie where the program
 * does
 */
export function namedPaths(config: Config, checkout: string, all: Files): string[] {
  return namedIn(config).flatMap((one) => {
    const wrong = (why: string) => refused(`${one.key} is ${JSON.stringify(one.path)}: ${why}`);
    if (one.path.startsWith("/")) {
      if (isInside(realpathSync(checkout), real(one.path)) || isInside(checkout, posix.normalize(one.path)))
        throw wrong("a path of the repository is written relative to its root");
      return [];
    }
    if (!places.test(one.path) || posix.normalize(one.path) !== one.path || one.path.endsWith("/"))
      throw wrong(
        "a path in fleet/, peers/, pki/, monitoring/ or a folder of stacks/ is expected, in its shortest form",
      );
    for (const path of below(checkout, one.path)) {
      const file = all.get(path);
      if (file?.mode !== "100644") throw wrong(`${path} is no regular file that git lists`);
      if (!kinds.test(path)) throw wrong(`${path} is neither YAML, PEM nor JSON`);
    }
    return [one.path];
  });
}

/** The paths that the reviewed configuration named, so that files which it leaves are not taken for program. */
export const namedBefore = (config: Config): string[] =>
  namedIn(config).flatMap(({ path }) => (places.test(path) && posix.normalize(path) === path ? [path] : []));

export const isNamedBy = (named: readonly string[], path: string): boolean =>
  named.some((one) => isInside(one, path)) && kinds.test(path);

/** Where a path leads, as far as it is there. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = posix.dirname(path);
    return parent === path ? path : join(real(parent), posix.basename(path));
  }
}

/** The paths of everything that lies at or below one and is no folder. @throws Error for a link on the way to it */
function below(checkout: string, path: string): string[] {
  let folder = checkout;
  for (const part of path.split("/")) {
    folder = join(folder, part);
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found === undefined) return [];
    if (found.isSymbolicLink()) return [path];
  }
  if (!lstatSync(folder).isDirectory()) return [path];
  // Names that are no UTF-8 are in no listing.
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const inner = `${path}/${entry.name}`;
    return entry.isDirectory() ? below(checkout, inner) : [inner];
  });
}
