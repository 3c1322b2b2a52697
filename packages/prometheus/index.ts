export type { Alertmanager } from "./alertmanagers.ts";
export type { Side } from "./alerts/alert.ts";
export { type RuleGroup, ruleGroups, runbookOf } from "./alerts/index.ts";
export { standingAlerts } from "./alerts/peers.ts";
export { type AlertName, type AlertOverrides, settings as alertSettings } from "./alerts/settings.ts";
export type {
  Duration,
  Labels,
  PrometheusConfiguration,
  QueueConfig,
  RemoteWrite,
  ScrapeConfig,
} from "./configuration.ts";
export { prometheusFiles, toYaml } from "./encode.ts";
export { type FlagsInput, receiverFlags, senderFlags } from "./flags.ts";
export { latenessOf } from "./lateness.ts";
export { queueOf } from "./queue.ts";
export { releaseFiles } from "./release-files.ts";
export type { RemoteWriteOverrides } from "./remote-write.ts";
export {
  type ReceiverInput,
  type Rendering,
  type RuleFile,
  renderReceiver,
  renderSender,
  type SenderInput,
} from "./render.ts";
export { ownJobs, scrapedAddresses } from "./scrape.ts";
export { scrapeJobsOf } from "./scrape-jobs.ts";
