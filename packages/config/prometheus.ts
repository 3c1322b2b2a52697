import { identityLabels, matching, reservedLabels } from "@metrics-link/contract";
import { z } from "zod";
import { alertmanagers } from "./alertmanagers.ts";
import { remoteWrite } from "./remote-write.ts";
import { scrapeSecrets } from "./secrets.ts";
import { duration, flag, key, path } from "./values.ts";

const stricterLabels =
  "Prometheus drops a label without a value, and expands `$NAME` from an environment that the host does not have. `job` and the others would take the place of labels that tell series apart.";

const nameOfAlert = "the name of an alert, such as LinkBehind";

const prometheus = z.strictObject({
  scrapeInterval: key(duration("1s", "1h", "how often to scrape").default("15s"), {
    description:
      "How often targets are scraped and rules evaluated, unless a job or a rule group has its own interval. The host scrapes itself, and evaluates the rules of the link, once a minute at least.",
    example: "15s",
    affects: "how soon an alert fires; [capacity](capacity.md)",
    stricter:
      "Prometheus takes any interval. Below `1s` the scrapes themselves would be most of a small host's load; a job that is scraped more rarely than every hour has a `scrape_interval` of its own.",
  }),
  scrapeConfigs: key(path("folder").optional(), {
    description:
      "A folder of YAML files, each a list of `scrape_configs`, with [addresses as targets](operate.md#scrape-files-and-rule-files). Jobs may not be called `prometheus`, `envoy` or `node`: those are the host's own.",
    range: "a folder",
    example: "stacks/examples/sender/scrape",
  }),
  secrets: key(scrapeSecrets.default({}), {
    description:
      "Passwords, tokens, keys and client certificates of scrape jobs, by name: each a secret, see [below](#secrets-of-scrape-jobs). A job names one as `secrets/NAME`.",
    range: "names of `a-z`, `0-9`, `-` and `_`, each with a secret; at most 100, and 60,000 bytes in all",
    example: "{ shop-password: … }",
  }),
  scrapeIdentity: key(flag("if jobs show targets a certificate of this host").default(false), {
    description:
      "`true` gives the stack a leaf for scraping, apart from the link's. A job shows it to its targets by [`secrets/scrape-certificate` and `secrets/scrape-key`](exporters.md#scraping-with-a-certificate).",
    example: "true",
    affects: "who scrapes is `link-scrape.` and `pki.dnsName`",
  }),
  rules: key(path("folder").optional(), {
    description: "A folder of Prometheus [rule files](operate.md#scrape-files-and-rule-files).",
    range: "a folder",
    example: "stacks/examples/sender/rules",
  }),
  /** By the alert's name, which whoever renders the rules knows. */
  alerts: z
    .record(
      matching(/^[A-Z][A-Za-z]{1,60}$/, nameOfAlert),
      z.strictObject({
        for: key(duration("0s", "7d", "how long the condition must hold").optional(), {
          description: "How long an [alert](runbooks/README.md)'s condition must hold, by the alert's name.",
          fallback: "the alert's own",
          example: "5m",
        }),
        window: key(duration("1s", "7d", "the time that a rate is taken over").optional(), {
          description: "The time that the alert's rate is taken over, if it has one.",
          fallback: "the alert's own",
          example: "10m",
          affects: "`prometheus.scrapeInterval`: at least four of it count",
        }),
        threshold: key(
          z
            .number({ error: "a number in the unit of the alert: seconds, or a share of 1" })
            .min(0, { error: "a number from 0 on, in the unit of the alert" })
            .max(1e12, { error: "a number of at most 1e12, in the unit of the alert" })
            .optional(),
          {
            description: "The value from which on it fires, if it has one.",
            range: "from 0 on: seconds, or a share of 1",
            fallback: "the alert's own",
            example: "300",
          },
        ),
      }),
      {
        error: (issue) =>
          issue.code === "invalid_key"
            ? nameOfAlert
            : "a map of alerts' names, such as { LinkBehind: { threshold: 300 } }",
      },
    )
    .default({}),
  alertmanagers,
});

export const senderPrometheus = prometheus.extend({
  externalLabels: key(
    identityLabels.refine((found) => Object.keys(found).length > 0, {
      error: "at least one label that tells this sender from every other at the receiver",
    }),
    {
      description:
        "Labels that every series has that is sent. They tell this sender from every other at the receiver. A series' own label of such a name arrives as [`exported_NAME`](operate.md#labels-on-the-way). A change rebuilds the queue.",
      range: `1 to 20 labels, values of 1 to 200 characters; no \`$\`, no blank at either end, nothing invisible, no \`__\` in front, not ${reservedLabels.map((name) => `\`${name}\``).join(", ")}`,
      example: '{ account: "111111111111" }',
      affects: "SenderLate at the receiver, which tells senders by these labels",
      stricter: stricterLabels,
    },
  ),
  remoteWrite: remoteWrite.prefault({}),
});

export const receiverPrometheus = prometheus.extend({
  externalLabels: key(identityLabels.default({}), {
    description: "Labels of what this Prometheus itself sends or federates. Not added to what senders write.",
    range: "up to 20 labels, as at a sender",
    example: '{ account: "222222222222" }',
    stricter: stricterLabels,
  }),
  // What is older than the blocks that Prometheus keeps (storage.tsdb.retention.time) would be dropped at once.
  outOfOrderTimeWindow: key(duration("10m", "30d", "how old a sample may be").default("24h"), {
    description: "How old a sample may be and still be stored. At least the longest outage that must not lose one.",
    example: "24h",
    affects: "what a sender's repairer can bring back",
    stricter:
      "Prometheus takes any window. With less than `10m` a short outage loses samples for good, and blocks older than `30d` are gone.",
  }),
});
