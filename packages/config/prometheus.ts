import { matching, text } from "@metrics-link/contract";
import { z } from "zod";
import { remoteWrite } from "./remote-write.ts";
import { between, duration, folder, key } from "./values.ts";

const labels = z.record(
  matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "a Prometheus label name"),
  text("a label value, in quotes"),
);

/** By the alert's name, which whoever renders the rules knows; times as Prometheus writes them. */
const alerts = z.record(
  matching(/^[A-Z][A-Za-z]+$/, "the name of an alert, such as LinkBehind"),
  z.strictObject({
    for: matching(
      /^0s$|^([1-9][0-9]*)(ms|s|m|h|d)$/,
      'how long the condition must hold, such as "5m", or "0s"',
    ).optional(),
    window: duration.optional(),
    threshold: z.number({ error: "a number in the unit of the alert: seconds, or a share of 1" }).optional(),
  }),
);

/** Who is called. Without TLS anybody on the way could silence an alert, so there is no plain HTTP. */
const alertmanager = z
  .strictObject({
    url: key(
      matching(
        /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[\w./-]*)?$/,
        "an https URL without user and query, such as https://alertmanager.example.com:9093",
      ),
      {
        description:
          "An Alertmanager that alerts are delivered to. How the host reaches it: see [below](#alertmanagers). With an endpoint service its port is 443.",
        range: "an `https` URL without user and query",
        example: "https://alertmanager.ops.example",
      },
    ),
    ca: key(text("a PEM file of the repository, relative to its root").optional(), {
      description: "A PEM file of the repository: the authorities of its certificate.",
      range: "a file",
      fallback: "the system's authorities",
      example: "monitoring/ca.pem",
    }),
    basicAuth: z
      .strictObject({
        username: key(text("a user's name"), {
          description: "The user that this Prometheus is there. Either this or a token, or neither.",
          range: "any",
          example: "metrics-link",
        }),
        password: key(text("a password, set with --secret").min(1), {
          description: "Its password: a secret, see [below](#alertmanagers).",
          range: "not empty",
          example: "secure: …",
        }),
      })
      .optional(),
    bearerToken: key(text("a token, set with --secret").min(1).optional(), {
      description: "A token instead: a secret, see [below](#alertmanagers).",
      range: "not empty",
      example: "secure: …",
    }),
  })
  .refine(({ basicAuth, bearerToken }) => basicAuth === undefined || bearerToken === undefined, {
    error: "basicAuth or bearerToken, not both",
  });

const prometheus = z.strictObject({
  scrapeInterval: key(between("1s", "1h").default("15s"), {
    description:
      "How often targets are scraped and rules evaluated, unless a job or a rule group has its own interval. The host scrapes itself, and evaluates the rules of the link, once a minute at least.",
    range: "a duration from `1s` to `1h`",
    example: "15s",
  }),
  scrapeConfigs: key(folder.optional(), {
    description:
      "A folder of YAML files, each a list of `scrape_configs`, with [addresses as targets](operate.md#changing-things). Jobs may not be called `prometheus`, `envoy` or `node`: those are the host's own.",
    range: "a folder",
    example: "stacks/examples/sender/scrape",
  }),
  rules: key(folder.optional(), {
    description: "A folder of Prometheus rule files.",
    range: "a folder",
    example: "stacks/examples/sender/rules",
  }),
  alerts: key(alerts.default({}), {
    description:
      "Other values of [alerts](runbooks/README.md), by name: `for`, `window`, `threshold`, as far as the alert has them.",
    range: "names of alerts",
    example: "{ LinkBehind: { threshold: 300 } }",
  }),
  alertmanagers: z.array(alertmanager).default([]),
});

export const senderPrometheus = prometheus.extend({
  externalLabels: key(
    labels.refine((found) => Object.keys(found).length > 0, {
      error: "at least one label that tells this sender from every other at the receiver",
    }),
    {
      description:
        "Labels that are added to every series that is sent. They tell this sender from every other at the receiver.",
      range: "at least one label",
      example: '{ account: "111111111111" }',
    },
  ),
  remoteWrite: remoteWrite.prefault({}),
});

export const receiverPrometheus = prometheus.extend({
  externalLabels: key(labels.default({}), {
    description: "Labels of what this Prometheus itself sends or federates. Not added to what senders write.",
    range: "labels",
    example: '{ account: "222222222222" }',
  }),
  outOfOrderTimeWindow: key(duration.default("24h"), {
    description: "How old a sample may be and still be stored. At least the longest outage that must not lose one.",
    range: "a duration",
    example: "24h",
  }),
});
