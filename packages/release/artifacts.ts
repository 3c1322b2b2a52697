import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { InvalidInputError, problemsFound } from "@metrics-link/contract";
import { z } from "zod";
import { sha256Text } from "./schema.ts";

/**
 * The folder under which set-up keeps tools, and the sandbox everything that it makes: the one of
 * `scripts/toolchain/paths.mjs`. An empty variable counts as unset (XDG Base Directory Specification).
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.METRICS_LINK_CACHE) return resolve(environment.METRICS_LINK_CACHE);
  const base = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache");
  return join(base, "metrics-link");
}

/** The platform of the tools for hosts, by the processor that EC2 names and the configuration chooses. */
export const hostPlatforms = { x86_64: "linux-amd64", arm64: "linux-arm64" } as const;
export type Architecture = keyof typeof hostPlatforms;

/**
 * One tool as set-up left it in the cache. The index, `artifacts/index.json`, is an array of these; `file` is relative
 * to the index.
 */
const artifact = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  version: z.string().min(1),
  platform: z.enum(["linux-amd64", "linux-arm64"]),
  file: z.string().min(1),
  /** Of the file as it lies there. */
  sha256: sha256Text,
  size: z.int().positive(),
  source: z.enum(["official", "registry"]),
  /** Name of the command → its path inside the archive. */
  executables: z.record(z.string(), z.string()),
});

export type Artifact = z.output<typeof artifact>;

/** What the file of pins says of a tool; a null hash is not known yet. */
export interface ToolPin {
  readonly version: string;
  readonly officialSha256: string | null;
  /** When a person pinned which version: a day. The version again, so that another one cannot keep the old day. */
  readonly pinned?: { readonly version: string; readonly on: string };
  readonly onHosts?: boolean;
  /** What differs on other platforms than linux-amd64. */
  readonly otherPlatforms?: Readonly<Partial<Record<string, { readonly officialSha256: string | null }>>>;
}

/** The pins of the tools for hosts with this processor; a tool without a download for it is left out. */
export const pinsFor = (
  architecture: Architecture,
  pins: Readonly<Record<string, ToolPin>>,
): Readonly<Record<string, ToolPin>> =>
  Object.fromEntries(
    Object.entries(pins).flatMap(([name, pin]) => {
      if (architecture === "x86_64") return [[name, pin]];
      const differs = pin.otherPlatforms?.[hostPlatforms[architecture]];
      return pin.onHosts && differs !== undefined ? [[name, { ...pin, ...differs }]] : [];
    }),
  );

/**
 * Refuses hosts of a processor whose tools are not all there. Nothing of arm64 can be built from a registry, so there is no way
 * without the pins.
 * @param without tools that the host's image brings
 * @throws InvalidInputError naming every such tool and what to do
 */
export function requireForArm(
  artifacts: readonly Artifact[],
  pins: Readonly<Record<string, ToolPin>>,
  without: readonly string[],
): void {
  const problems = Object.entries(pins).flatMap(([name, { officialSha256 }]) => {
    if (without.includes(name) || artifacts.some((one) => one.name === name)) return [];
    const remedy =
      officialSha256 === null
        ? "a known official hash for linux-arm64: `npm run pin` fills it in; then `npm run setup -- --deploy --arm64`"
        : "the download for linux-arm64: `npm run setup -- --deploy --arm64` brings it";
    return [{ key: name, value: officialSha256, remedy }];
  });
  if (problems.length > 0) throw new InvalidInputError("Tools for arm64 are not there", problems, "TOOLS_NOT_PINNED");
}

/** The forms of a file that a host can unpack, by the end of its name. A name without any of these is one executable. */
const archiveSuffixes = [".tar.gz", ".tgz", ".deb"] as const;

export function suffixOf(file: string): string {
  return archiveSuffixes.find((suffix) => file.endsWith(suffix)) ?? ".bin";
}

/** @throws InvalidInputError naming every fault of the index */
export function parseArtifactIndex(raw: unknown): Artifact[] {
  const result = z.array(artifact).safeParse(raw);
  if (result.success) return result.data;
  throw new InvalidInputError(
    "The artifact index is not usable; run the set-up again",
    problemsFound(raw, result.error),
    "ARTIFACTS_INVALID",
  );
}

/**
 * Refuses tools that are not what the file of pins says: another version, not the upstream's own build, or a hash that
 * is unknown or different. A host must never run what nobody can compare with its upstream.
 *
 * @param acceptUnpinned lets tools from a registry, or without a known hash, through; never another version
 * @throws InvalidInputError naming every such tool and what to do
 */
export function requirePinned(
  artifacts: readonly Artifact[],
  pins: Readonly<Record<string, ToolPin>>,
  { acceptUnpinned }: { readonly acceptUnpinned: boolean },
): void {
  const problems = artifacts.flatMap((found) => {
    const pin = pins[found.name];
    const problem = (value: unknown, remedy: string) => [{ key: found.name, value, remedy }];
    if (pin === undefined) return problem(found.version, "a tool of the file of pins; run the set-up again");
    if (pin.version !== found.version) return problem(found.version, `version ${pin.version}; run the set-up again`);
    if (pin.pinned !== undefined && pin.pinned.version !== pin.version)
      return problem(pin.pinned.version, `pinned.version ${pin.version} in tools.json, and in pinned.on its day`);
    if (acceptUnpinned) return [];
    if (pin.officialSha256 === null) return problem(null, "a known official hash; `npm run pin` fills it in");
    if (found.source !== "official")
      return problem(found.source, "the official download; run the set-up with access to it");
    return found.sha256 === pin.officialSha256 ? [] : problem(found.sha256, `the pinned hash ${pin.officialSha256}`);
  });
  if (problems.length > 0) throw new InvalidInputError("Tools that may not reach a host", problems, "TOOLS_NOT_PINNED");
}
