import { InvalidInputError } from "@metrics-link/contract/errors.ts";
import type { Duration, Labels, PrometheusConfiguration, ScrapeConfig } from "./configuration.ts";
import { shorter } from "./duration.ts";
import { type RemoteWriteOverrides, remoteWrite } from "./remote-write.ts";
import { allJobs } from "./scrape.ts";

/** A rule file of the user: its name in the repository's folder and its text, which promtool has checked. */
export interface RuleFile {
  /** A bare file name that ends in .yml or .yaml. */
  readonly name: string;
  readonly content: string;
}

interface CommonInput {
  readonly scrapeInterval: Duration;
  readonly externalLabels: Labels;
  /** The user's jobs, as parsed from their files; ours stand before them. */
  readonly scrapeConfigs?: readonly ScrapeConfig[];
  readonly ruleFiles?: readonly RuleFile[];
}

export interface SenderInput extends CommonInput {
  /** Whether the link is up; without a receiver there is nothing to write to, and no queue that could lose anything. */
  readonly linked: boolean;
  readonly remoteWrite?: RemoteWriteOverrides;
}

export interface ReceiverInput extends CommonInput {
  /** At least the longest outage that must not lose a sample. */
  readonly outOfOrderTimeWindow: Duration;
}

/** One Prometheus' configuration as objects. */
export interface Rendering {
  readonly configuration: PrometheusConfiguration;
  readonly ruleFiles: readonly RuleFile[];
}

/** @throws InvalidInputError when jobs or rule files cannot be told apart */
export function renderSender(input: SenderInput): Rendering {
  const { configuration, ruleFiles } = renderCommon(input);
  return {
    configuration: {
      ...configuration,
      ...(input.linked ? { remote_write: [remoteWrite(input.remoteWrite)] } : {}),
    },
    ruleFiles,
  };
}

/** @throws InvalidInputError when jobs or rule files cannot be told apart */
export function renderReceiver(input: ReceiverInput): Rendering {
  const { configuration, ruleFiles } = renderCommon(input);
  return {
    configuration: {
      ...configuration,
      // Without a window, a backlog of more than an hour is answered with 400 and dropped.
      storage: { tsdb: { out_of_order_time_window: input.outOfOrderTimeWindow } },
    },
    ruleFiles,
  };
}

function renderCommon(input: CommonInput): Rendering {
  const ruleFiles = input.ruleFiles ?? [];
  requireSoundNames(ruleFiles);
  return {
    configuration: {
      global: {
        scrape_interval: input.scrapeInterval,
        // Prometheus' default of 10 s is refused with a shorter interval.
        scrape_timeout: shorter(input.scrapeInterval, "10s"),
        evaluation_interval: input.scrapeInterval,
        external_labels: input.externalLabels,
      },
      // Relative to the configuration file.
      ...(ruleFiles.length === 0 ? {} : { rule_files: ruleFiles.map(({ name }) => `rules/${name}`) }),
      scrape_configs: allJobs(input.scrapeConfigs ?? []),
    },
    ruleFiles,
  };
}

function requireSoundNames(ruleFiles: readonly RuleFile[]): void {
  const names = ruleFiles.map(({ name }) => name);
  const wrong = names.filter((name, index) => !/^[\w-][\w.-]*\.ya?ml$/.test(name) || names.indexOf(name) < index);
  if (wrong.length === 0) return;
  throw new InvalidInputError(
    "Rule files cannot be told apart",
    wrong.map((value) => ({ key: "ruleFiles", value, remedy: "a bare file name ending in .yml or .yaml, each once" })),
  );
}
