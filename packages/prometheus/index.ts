export type { Alertmanager } from "./alertmanagers.ts";
export type { Side } from "./alerts/alert.ts";
export { ruleGroups, runbookOf } from "./alerts/index.ts";
export { standingAlerts } from "./alerts/peers.ts";
export { type AlertName, type AlertOverrides, settings as alertSettings, wrongOverrides } from "./alerts/settings.ts";
export { capacityOf, measured } from "./capacity.ts";
export type { ScrapeConfig } from "./configuration.ts";
export { milliseconds } from "./configuration.ts";

export { type Panel, rows } from "./dashboards/panels.ts";
export { probeSecondsOf, quietSecondsOf } from "./intervals.ts";
export { latenessOf } from "./lateness.ts";
export { receiverFlags, releaseFiles, senderFlags } from "./process.ts";
export { type CheckedFile, type Verdict, verdictOf } from "./promtool.ts";
export { queueOf } from "./remote-write.ts";
export {
  jobsOf,
  prometheusFiles,
  type Rendering,
  renderReceiver,
  renderSender,
  secretFilesOf,
  toYaml,
} from "./render.ts";
export { ownJobs, targetsOnReservedPorts } from "./scrape.ts";
export { judgedScrapeFiles, type ScrapeFile } from "./scrape-files.ts";
export { isKeyOf, jobsInPlainText, secretNamesIn, secretProblems } from "./secrets.ts";
export { judgedRuleFiles, type UserFile } from "./user-file.ts";
export { leadsTo, wayProblems } from "./ways.ts";
