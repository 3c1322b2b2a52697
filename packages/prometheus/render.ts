import type { SetAside } from "@metrics-link/contract";
import { type HostFile, hostUsers } from "@metrics-link/release";
import { stringify } from "yaml";
import { type Alertmanager, alertmanagerConfig } from "./alertmanagers.ts";
import type { Side } from "./alerts/alert.ts";
import { type RuleGroup, ruleGroups } from "./alerts/index.ts";
import type { AlertOverrides } from "./alerts/settings.ts";
import {
  type Duration,
  type Labels,
  type PrometheusConfiguration,
  type RemoteWrite,
  type ScrapeConfig,
  shorter,
} from "./configuration.ts";
import { batchSecondsOf } from "./intervals.ts";
import { releaseFiles } from "./process.ts";
import { type RemoteWriteOverrides, remoteWrite } from "./remote-write.ts";
import { ownJobs, scrapeLimits } from "./scrape.ts";
import type { ScrapeFile } from "./scrape-files.ts";
import { secretNamesIn } from "./secrets.ts";
import type { UserFile } from "./user-file.ts";

interface CommonInput {
  readonly scrapeInterval: Duration;
  readonly externalLabels: Labels;
  /** The user's jobs, by `judgedScrapeFiles`; Prometheus has them beside ours. */
  readonly scrapeFiles?: readonly ScrapeFile[];
  /** The user's rules, by `judgedRuleFiles`. */
  readonly ruleFiles?: readonly UserFile[];
  /** Other thresholds and durations than the alerts' own, by the alert's name. */
  readonly alerts?: AlertOverrides;
  readonly alertmanagers?: readonly Alertmanager[];
  /** The lifetime of this side's leaf certificate in days; default 30. */
  readonly leafDays?: number;
  /** The peers that are held or suspended; each has an alert. */
  readonly setAside?: readonly SetAside[];
}

export interface SenderInput extends CommonInput {
  /**
   * Whether there is or was a link; before there was one, there is nothing to write to, and no queue that could lose
   * anything. While the receiver is suspended the queue stays, and what waits in it.
   */
  readonly linked: boolean;
  readonly remoteWrite?: RemoteWriteOverrides;
}

export interface ReceiverInput extends CommonInput {
  /** At least the longest outage that must not lose a sample. */
  readonly outOfOrderTimeWindow: Duration;
  /** The names of the senders that are let in, each of which is missed when it is silent. */
  readonly senders?: readonly string[];
  /**
   * Of each sender with pinned labels what the gate demands of its series. None with a gate that only observes: then any sender
   * may write any labels.
   */
  readonly pins?: readonly Labels[];
}

/** One Prometheus' configuration as objects. */
export interface Rendering {
  readonly configuration: PrometheusConfiguration;
  /** The alerts that come with the link. */
  readonly ruleGroups: readonly RuleGroup[];
  readonly scrapeFiles: readonly ScrapeFile[];
  readonly ruleFiles: readonly UserFile[];
  readonly alertmanagers: readonly Alertmanager[];
  /** The secrets that the user's jobs name. */
  readonly scrapeSecrets: readonly string[];
}

/** Every job of a Prometheus, ours and the user's. */
export const jobsOf = ({ configuration, scrapeFiles }: Rendering): readonly ScrapeConfig[] => [
  ...configuration.scrape_configs,
  ...scrapeFiles.flatMap(({ jobs }) => jobs),
];

/** @throws InvalidInputError when an alert cannot be set so */
export function renderSender(input: SenderInput): Rendering {
  const queue = [remoteWrite(input.remoteWrite ?? {}, input.externalLabels)];
  const { configuration, ...rules } = renderCommon(input, { side: "sends", senders: [], linked: input.linked, queue });
  return {
    configuration: { ...configuration, ...(input.linked ? { remote_write: queue } : {}) },
    ...rules,
  };
}

/** @throws InvalidInputError when an alert cannot be set so */
export function renderReceiver(input: ReceiverInput): Rendering {
  const { senders = [], pins = [] } = input;
  const { configuration, ...rules } = renderCommon(input, { side: "receives", senders, pins, linked: true, queue: [] });
  return {
    configuration: {
      ...configuration,
      // Without a window, a backlog of more than an hour is answered with 400 and dropped.
      storage: { tsdb: { out_of_order_time_window: input.outOfOrderTimeWindow } },
    },
    ...rules,
  };
}

interface End {
  readonly side: Side;
  readonly senders: readonly string[];
  readonly pins?: readonly Labels[];
  readonly linked: boolean;
  readonly queue: readonly RemoteWrite[];
}

function renderCommon(input: CommonInput, end: End): Rendering {
  const { scrapeInterval, scrapeFiles = [], ruleFiles = [], alerts = {} } = input;
  const { alertmanagers = [], leafDays = 30, setAside = [] } = input;
  const usersJobs = scrapeFiles.flatMap(({ jobs }) => jobs);
  return {
    configuration: {
      global: {
        scrape_interval: scrapeInterval,
        // Prometheus' default of 10 s is refused with a shorter interval.
        scrape_timeout: shorter(scrapeInterval, "10s"),
        evaluation_interval: scrapeInterval,
        ...scrapeLimits,
        external_labels: input.externalLabels,
      },
      ...(alertmanagers.length === 0 ? {} : { alerting: { alertmanagers: alertmanagers.map(alertmanagerConfig) } }),
      // Relative to the configuration file.
      rule_files: ["alerts.yml", ...ruleFiles.map(({ name }) => `rules/${name}`)],
      scrape_configs: ownJobs(end.side, scrapeInterval),
      // Their jobs have the limits of `global` like ours. The key stands only where there are any, as the others do.
      ...(scrapeFiles.length === 0 ? {} : { scrape_config_files: scrapeFiles.map(({ name }) => `scrape/${name}`) }),
    },
    ruleGroups: ruleGroups({
      ...end,
      setAside,
      scrapeInterval,
      jobs: usersJobs,
      batchSeconds: batchSecondsOf({ remote_write: end.queue }),
      leafDays,
      overrides: alerts,
      delivers: alertmanagers.length > 0,
    }),
    scrapeFiles,
    ruleFiles,
    alertmanagers,
    scrapeSecrets: secretNamesIn(usersJobs),
  };
}

/** YAML that parsers of 1.1 and 1.2 read alike, without anchors and without folded lines. */
export function toYaml(value: object): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0, compat: "yaml-1.1" });
}

/** The files of a release that make up Prometheus' configuration. */
export function prometheusFiles(rendering: Rendering): HostFile[] {
  const { configuration, ruleGroups, scrapeFiles, ruleFiles, alertmanagers } = rendering;
  return [
    file(releaseFiles.configuration, toYaml(configuration)),
    file(releaseFiles.alerts, toYaml({ groups: ruleGroups })),
    ...alertmanagers.flatMap(({ ca, certificate }, index) => [
      ...(ca === undefined ? [] : [file(releaseFiles.alertmanagerCa(index), ca)]),
      ...(certificate === undefined ? [] : [file(releaseFiles.alertmanagerCertificate(index), certificate)]),
    ]),
    ...scrapeFiles.map(({ name, content }) => file(releaseFiles.scrapeFile(name), content)),
    ...ruleFiles.map(({ name, content }) => file(releaseFiles.ruleFile(name), content)),
  ];
}

/** The files beside these that hold a secret, by their path; whoever has the secrets fills them. */
export const secretFilesOf = ({ alertmanagers, scrapeSecrets }: Rendering): string[] => [
  ...alertmanagers.flatMap(({ secret, certificate }, index) => [
    ...(secret === undefined ? [] : [releaseFiles.alertmanagerSecret(index)]),
    ...(certificate === undefined ? [] : [releaseFiles.alertmanagerKey(index)]),
  ]),
  ...scrapeSecrets.map(releaseFiles.scrapeSecret),
];

/** Root owns and writes; Prometheus' user only reads. */
const file = (path: string, content: string): HostFile => ({
  path,
  content,
  mode: "0640",
  owner: "root",
  group: hostUsers.prometheus,
});
