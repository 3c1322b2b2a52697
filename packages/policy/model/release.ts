import { readFiles, type Told } from "@metrics-link/envoy/read/index.ts";
import { hostPaths, parseRelease, type Release } from "@metrics-link/release";
import { type Context, type Finding, isUnknownValue, type ResourceRule, type Seen } from "./policy.ts";
import { types } from "./types.ts";
import { parsePlainYaml } from "./yaml.ts";

/** A service of a release: what its unit runs. */
export interface Unit {
  readonly path: string;
  /** The name of the command, below `bin/` of the release; undefined when it is somewhere else. */
  readonly command: string | undefined;
  readonly words: readonly string[];
}

/** A release that would be published, with its files read as what they are. */
export class PublishedRelease {
  readonly release: Release;

  constructor(release: Release) {
    this.release = release;
    this.envoys = this.configurations("envoy", "--config-path", (path) => readFiles((one) => this.file(one), path));
    this.prometheuses = this.configurations("prometheus", "--config.file", (path, text) => this.yaml(path, text));
  }

  file(path: string): string | undefined {
    return this.release.files.find((file) => file.path === path)?.content;
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

  /** What the Envoys of its units are told. A unit that names no file of the release has none, which is a finding. */
  readonly envoys: readonly (Told | undefined)[];

  readonly prometheuses: readonly (PrometheusConfiguration | undefined)[];

  /** Files of ours that could be read in two ways. */
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

  private yaml(path: string, text: string): PrometheusConfiguration {
    try {
      return (parsePlainYaml(text) ?? {}) as PrometheusConfiguration;
    } catch (error) {
      this.ambiguous.push(`${path}: ${(error as Error).message}`);
      return {};
    }
  }
}

/** Prometheus' configuration, as far as policies look at it. */
export interface PrometheusConfiguration {
  readonly remote_write?: readonly { readonly url?: string }[];
  readonly remote_read?: readonly unknown[];
}

const binDirectory = `${hostPaths.current}/bin/`;

/** The value of a flag, as `--flag value` or `--flag=value`; the last one counts. */
export function flagOf(words: readonly string[], flag: string): string | undefined {
  const found = words.flatMap((word, index) =>
    word === flag ? [words[index + 1]] : word.startsWith(`${flag}=`) ? [word.slice(flag.length + 1)] : [],
  );
  return found.at(-1);
}

/** Whether an object of the bucket is a release. Reading the key of one that is not known yet throws. */
const isRelease = ({ type, props }: Seen): boolean =>
  type === types.bucketObject &&
  typeof props.key === "string" &&
  /^releases\/[^/]+\/(?!current\.json$).*\.json$/.test(props.key);

/** Twenty policies read the same document one after the other. */
let last: { readonly content: string; readonly release: PublishedRelease } | undefined;

/**
 * The release that an object of the bucket is; undefined when it is something else.
 * @throws Error when it ought to be one and cannot be read
 */
export function readRelease(object: Seen): PublishedRelease | undefined {
  if (!isRelease(object)) return undefined;
  const content: string = object.props.content;
  if (last?.content !== content) last = { content, release: new PublishedRelease(parseRelease(JSON.parse(content))) };
  return last.release;
}

/** A policy about the release that would be published, asked before it is. */
export function releaseRule(
  facts: Omit<ResourceRule, "kind" | "types" | "check">,
  question: (release: PublishedRelease, context: Context, object: Seen) => Iterable<string | Finding>,
): ResourceRule {
  return {
    kind: "resource",
    types: [types.bucketObject],
    ...facts,
    *check(object, context) {
      let release: PublishedRelease | undefined;
      try {
        release = readRelease(object);
      } catch (error) {
        if (isUnknownValue(error)) throw error;
        yield `${object.props.key} cannot be read as a release: ${(error as Error).message}`;
      }
      if (release !== undefined) yield* question(release, context, object);
    },
  };
}
