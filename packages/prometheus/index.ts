export type { Alertmanager } from "./alertmanagers.ts";
export type { Side } from "./alerts/alert.ts";
export { type RuleGroup, ruleGroups, runbookOf } from "./alerts/index.ts";
export { standingAlerts } from "./alerts/peers.ts";
export { type AlertName, type AlertOverrides, settings as alertSettings } from "./alerts/settings.ts";
export { type Capacity, type CapacityInput, capacityOf, measured } from "./capacity.ts";
export type {
  Duration,
  Labels,
  PrometheusConfiguration,
  QueueConfig,
  RemoteWrite,
  ScrapeConfig,
} from "./configuration.ts";
export { milliseconds } from "./configuration.ts";
export { dashboard, expressions } from "./dashboards/index.ts";
export { type Panel, rows } from "./dashboards/panels.ts";
export { type Lateness, latenessOf } from "./lateness.ts";
export { type FlagsInput, receiverFlags, releaseFiles, senderFlags } from "./process.ts";
export type { RemoteWriteOverrides } from "./remote-write.ts";
export { queueOf } from "./remote-write.ts";
export {
  prometheusFiles,
  type ReceiverInput,
  type Rendering,
  type RuleFile,
  renderReceiver,
  renderSender,
  type SenderInput,
  toYaml,
} from "./render.ts";
export { ownJobs, scrapedAddresses, scrapeJobsOf } from "./scrape.ts";
