import { InvalidInputError, type Problem } from "@metrics-link/contract";
import {
  judgedRuleFiles,
  judgedScrapeFiles,
  renderReceiver,
  renderSender,
  type ScrapeFile,
  type UserFile,
} from "@metrics-link/prometheus";
import { stringify } from "yaml";

/** A file of a user's repository. */
export const userFile = (path: string, content: string): UserFile => ({
  name: path.replace(/^.*\//, ""),
  path,
  content,
});

/** The scrape files of a user who made no mistake. @throws InvalidInputError */
export const scrapeFilesOf = (files: readonly UserFile[]) => faultless(judgedScrapeFiles(files));

/** The rule files of a user who made no mistake. @throws InvalidInputError */
export const ruleFilesOf = (files: readonly UserFile[]) => faultless(judgedRuleFiles(files));

function faultless<File>({ files, problems }: { files: readonly File[]; problems: readonly Problem[] }) {
  if (problems.length > 0)
    throw new InvalidInputError("Files cannot be used", problems, "PROMETHEUS_CONFIGURATION_INVALID");
  return files;
}

/** A user's file with these jobs. */
export const scrapeFile = (...jobs: readonly object[]): readonly ScrapeFile[] =>
  scrapeFilesOf([userFile("scrape/jobs.yaml", stringify(jobs))]);

const externalLabels = { account: "111111111111", role: "sender" };

export const sender = () => renderSender({ scrapeInterval: "15s", externalLabels, linked: true });

/** Before the receiver has a `contract` output. */
export const senderAlone = () => renderSender({ scrapeInterval: "15s", externalLabels, linked: false });

/** With all that a user can add or change. */
export const senderOfUser = () =>
  renderSender({
    scrapeInterval: "1s",
    externalLabels,
    linked: true,
    remoteWrite: { maxShards: 100, minShards: 2, maxSamplesPerSend: 5000, batchSendDeadline: "2s", capacity: 20_000 },
    scrapeFiles: scrapeFilesOf([
      userFile(
        "scrape/shop.yaml",
        `# The shop's servers.
- job_name: shop
  scheme: https
  tls_config: { ca: "" }
  static_configs:
    - targets: [198.51.100.10:8443]
      labels: { team: shop, account_id: 012345678901, version: 1.10 }
  relabel_configs:
    - source_labels: [__address__]
      target_label: instance
`,
      ),
    ]),
    ruleFiles: [
      {
        name: "shop.yml",
        path: "rules/shop.yml",
        content: "groups:\n  - name: shop\n    rules:\n      - record: shop:up\n        expr: sum(up{job='shop'})\n",
      },
    ],
  });

export const receiver = () =>
  renderReceiver({
    scrapeInterval: "15s",
    externalLabels: { role: "receiver" },
    outOfOrderTimeWindow: "24h",
    senders: ["account-a"],
  });

export const examples = {
  sender,
  "sender-alone": senderAlone,
  "sender-of-user": senderOfUser,
  receiver,
} as const;
