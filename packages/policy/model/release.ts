import { readFiles, type Told } from "@metrics-link/envoy/read/index.ts";
import { jobsIn, readYaml } from "@metrics-link/prometheus/read/index.ts";
import { hostPaths, parseRelease, type Release, releaseTextIn, textsOf } from "@metrics-link/release";
import { type Context, type Facts, type Findings, isUnknownValue, type ResourceRule, resourceRule } from "./policy.ts";
import type { Inputs } from "./resources.ts";
import { parsePlainYaml } from "./yaml.ts";

/** What a unit of a release runs. */
export interface Unit {
  readonly path: string;
  /** The command's name in `bin/` of the release; undefined if it is elsewhere. */
  readonly command: string | undefined;
  readonly words: readonly string[];
}

/** A release that would be published, with its configuration files parsed. */
export class PublishedRelease {
  readonly release: Release;
  /** The text of a file. The same function for all policies: what was parsed of its files is remembered with it. */
  readonly file: (path: string) => string | undefined;

  constructor(release: Release) {
    this.release = release;
    this.file = textsOf(release.files);
    this.envoys = this.configurations("envoy", "--config-path", (path) => readFiles(this.file, path));
    this.prometheuses = this.configurations("prometheus", "--config.file", (path, text) => this.yaml(path, text));
  }

  get units(): readonly Unit[] {
    return this.release.files
      .filter(({ path }) => path.endsWith(".service"))
      .flatMap(({ path, content }) =>
        content
          .split("\n")
          .filter((line) => line.startsWith("ExecStart="))
          .map((line) => {
            const words = line.slice("ExecStart=".length).split(/\s+/);
            const command = words[0]?.startsWith(binDirectory) ? words[0].slice(binDirectory.length) : undefined;
            return { path, command, words };
          }),
      );
  }

  /** The configurations that its units run Envoy with; undefined if a unit names no file of the release. */
  readonly envoys: readonly (Told | undefined)[];

  readonly prometheuses: readonly (Document | undefined)[];

  /** The user's scrape files, whose bytes nobody changes: so they are read as Prometheus reads them. */
  get scrapeFiles(): readonly ScrapeFile[] {
    return this.release.files
      .filter(({ path }) => path.startsWith(scrapeFolder))
      .map(({ path, content }) => {
        const { value, faults } = readYaml(content);
        const { path: place, jobs } = jobsIn(value);
        const known = faults.length === 0 && place.length === 1 && Array.isArray(jobs);
        return { path, jobs: known ? jobs : undefined };
      });
  }

  /** Why configurations are ambiguous: two parsers could read them differently. */
  readonly ambiguous: string[] = [];

  private configurations<Read>(
    command: string,
    flag: string,
    read: (path: string, text: string) => Read,
  ): readonly (Read | undefined)[] {
    return this.units
      .filter((unit) => unit.command === command)
      .map(({ words }) => {
        const place = flagOf(words, flag);
        if (!place?.startsWith(`${hostPaths.current}/`)) return undefined;
        const path = place.slice(hostPaths.current.length + 1);
        const text = this.file(path);
        return text === undefined ? undefined : read(path, text);
      });
  }

  private yaml(path: string, text: string): Document {
    try {
      return recordOf(parsePlainYaml(text));
    } catch (error) {
      this.ambiguous.push(`${path}: ${messageOf(error)}`);
      return {};
    }
  }
}

/** A file of jobs; without jobs if it cannot be read, or has something else. */
interface ScrapeFile {
  readonly path: string;
  readonly jobs: readonly unknown[] | undefined;
}

/** Where the user's scrape files are in a release. */
const scrapeFolder = "prometheus/scrape/";

/** A parsed object whose fields are checked where they are read. */
export type Document = Readonly<Record<string, unknown>>;

/** A value as an object; an empty one if it is anything else. */
export const recordOf = (value: unknown): Document =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};

/** A value as a list; an empty one if it is anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const binDirectory = `${hostPaths.current}/bin/`;

/** The value of a flag, written `--flag value` or `--flag=value`; the last one counts. */
export function flagOf(words: readonly string[], flag: string): string | undefined {
  const found = words.flatMap((word, index) =>
    word === flag ? [words[index + 1]] : word.startsWith(`${flag}=`) ? [word.slice(flag.length + 1)] : [],
  );
  return found.at(-1);
}

type BucketObject = Inputs<"bucketObject">;

/** Some twenty policies read the same document one after the other. As it is stored: to unpack it takes longer than to compare it. */
let last: (Pick<BucketObject, "content" | "contentBase64"> & { readonly release: PublishedRelease }) | undefined;

/** Whether an object of the bucket is a release. */
export const isReleaseKey = (key: unknown): key is string =>
  typeof key === "string" && /^releases\/[^/]+\/(?!current\.json$).*\.json$/.test(key);

/**
 * The release in an object of the bucket; undefined if the object is something else.
 * @throws Error if the key is a release's and the content cannot be read
 */
export function readRelease({ props }: { readonly props: BucketObject }): PublishedRelease | undefined {
  const { key, content, contentBase64 } = props;
  if (!isReleaseKey(key)) return undefined;
  if (last === undefined || last.content !== content || last.contentBase64 !== contentBase64) {
    const release = new PublishedRelease(parseRelease(JSON.parse(releaseTextIn({ content, contentBase64 }))));
    last = { content, contentBase64, release };
  }
  return last.release;
}

/** Checks the release in an object, if there is one. A release that cannot be read is a violation. */
export function* checkRelease(object: BucketObject, check: (release: PublishedRelease) => Findings): Findings {
  let release: PublishedRelease | undefined;
  try {
    release = readRelease({ props: object });
  } catch (error) {
    if (isUnknownValue(error)) throw error;
    yield `${object.key} cannot be read as a release: ${messageOf(error)}`;
  }
  if (release !== undefined) yield* check(release);
}

/** A policy that judges a release before it is published. */
export const releaseRule = (
  facts: Facts,
  check: (release: PublishedRelease, context: Context, object: BucketObject) => Findings,
): ResourceRule =>
  resourceRule(facts, {
    bucketObject: (object, context) => checkRelease(object, (release) => check(release, context, object)),
  });
