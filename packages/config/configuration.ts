import { dnsName, InvalidInputError, matching, type Problem, text, valueAt } from "@metrics-link/contract";
import { z } from "zod";
import { checkEndpointServices, endpointServices } from "./endpoint-services.ts";
import { checkDocumentationAddresses, peer, senders } from "./peers.ts";
import { arn, day, duration, folder, integer } from "./values.ts";

/** The namespace of all keys in `Pulumi.<stack>.yaml`. */
export const configurationNamespace = "metrics-link";

const account = z
  .strictObject({
    id: matching(/^\d{12}$/, 'the 12 digits of the AWS account, in quotes: "111111111111"'),
    region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region, such as eu-west-1"),
    assumeRole: arn("role", "the role to assume for this update").optional(),
    /** The policy beyond which no role of this stack has any right, made once by the account's administrators. */
    permissionsBoundary: arn("policy", "the policy that bounds the roles of hosts").optional(),
  })
  .superRefine(({ id, ...arns }, context) => {
    for (const key of ["assumeRole", "permissionsBoundary"] as const) {
      const [, , , , owner] = arns[key]?.split(":") ?? [];
      if (owner === undefined || owner === id) continue;
      context.addIssue({ code: "custom", path: [key], message: `an ARN of account ${id}` });
    }
  });

const network = z.strictObject({
  /** AWS allows /16 to /28; below /24 there is no room for four subnets with endpoints. */
  cidr: matching(
    /^(10|172|192)(\.\d{1,3}){3}\/(1[6-9]|2[0-4])$/,
    "a private IPv4 range between /16 and /24, such as 10.10.0.0/16",
  ),
  zones: z
    .array(matching(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "an availability zone, such as eu-west-1a"))
    .length(2, { error: "exactly two availability zones" })
    .refine((zones) => new Set(zones).size === zones.length, { error: "two different availability zones" }),
  /** Services of others that hosts reach by AWS PrivateLink, each under the private DNS name that its owner gave it. */
  endpointServices: endpointServices.default([]),
  /** True accepts the addresses of RFC 5737 as public ones: for a trial network that is not on the internet. */
  documentationAddresses: z.boolean({ error: "true for a trial network, else false" }).default(false),
});

const host = z.strictObject({
  imageId: matching(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, "the id of a Debian 13 image in this region"),
  instanceType: matching(/^[a-z0-9-]+\.[a-z0-9]+$/, "an x86-64 instance type, such as t3.small"),
  dataVolumeGiB: integer(1, 16_384, "the size of the data volume in GiB, 1 to 16384 (the limit of gp3)").default(50),
  /** For a change that is held: makes it at once, in this one release. */
  forceRelease: matching(
    /^[0-9a-f]{12,64}$/,
    "the id of the release that is held, or its first 12 digits or more",
  ).optional(),
  /** Debian's own images do not; then it comes from the account's bucket. */
  imageBringsManagementAgent: z.boolean({ error: "true if the image has amazon-ssm-agent, else false" }).default(false),
});

const generation = integer(1, 9999, "a generation number, counted from 1");
const generations = z
  .strictObject({
    /** The root that the intermediate in force was signed by. */
    root: generation.default(1),
    /** Roots that the peer is to trust besides: the next one before it signs, the last one until it has gone. */
    otherRoots: z
      .array(generation, { error: "a list of generation numbers" })
      .max(3, { error: "at most three: the peer pins four roots" })
      .default([]),
    intermediate: generation.default(1),
    /** An intermediate whose key and request exist already, so that it can be signed before it is in force. */
    nextIntermediate: generation.optional(),
    leaf: generation.default(1),
    /** Part of the leaf's name from 2 on: the peer refuses every leaf of an earlier one as soon as it has updated. */
    identity: generation.default(1),
  })
  .superRefine(({ root, otherRoots, intermediate, nextIntermediate }, context) => {
    if (new Set([root, ...otherRoots]).size < otherRoots.length + 1) {
      context.addIssue({
        code: "custom",
        path: ["otherRoots"],
        message: `each root once, and not ${root}, which signs`,
      });
    }
    if (nextIntermediate !== undefined && nextIntermediate <= intermediate) {
      context.addIssue({ code: "custom", path: ["nextIntermediate"], message: `above ${intermediate}, or absent` });
    }
  })
  .prefault({});

const pki = z
  .strictObject({
    organization: matching(/^[\p{L}\p{N} .,'()+\-/:=?]{1,40}$/u, "1 to 40 letters, digits and . , ' ( ) + - / : = ?"),
    /** The one DNS name of this side's leaf, which the peer pins. */
    dnsName,
    /** Where the root's key is: on a medium that a person carries, or, for a trial, in this stack's state. */
    root: z.enum(["offline", "trial"], { error: "offline, or trial for a first try" }).default("offline"),
    /** What the ceremony left for this account: root certificates, requests, signed intermediates. All public. */
    artefacts: folder.optional(),
    lifetimes: z
      .strictObject({
        rootYears: integer(1, 30, "1 to 30 years").default(10),
        intermediateYears: integer(1, 15, "1 to 15 years").default(5),
        leafDays: integer(1, 397, "1 to 397 days").default(30),
      })
      .prefault({}),
    generations,
  })
  .superRefine(({ root, artefacts }, context) => {
    if (root === "offline" && artefacts === undefined) {
      const message = "the folder of the repository in which the ceremony leaves this account's certificates";
      context.addIssue({ code: "custom", path: ["artefacts"], message });
    }
  });

const labels = z.record(
  matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "a Prometheus label name"),
  text("a label value, in quotes"),
);

/** Overrides of the sender's queue. Times as Prometheus writes them, the rest in pieces. */
const remoteWrite = z.strictObject({
  capacity: integer(1, 1_000_000, "samples buffered per shard").optional(),
  maxShards: integer(1, 500, "1 to 500 shards, below Envoy's circuit breaker of 1024").optional(),
  minShards: integer(1, 500, "1 to 500 shards").optional(),
  // Remote Write 1 takes about 23 bytes a sample on the wire: 10,000 are a ninth of what Envoy lets through.
  maxSamplesPerSend: integer(
    1,
    10_000,
    "1 to 10000 samples a request: the receiver's Envoy refuses bodies above 2 MiB, and their samples are lost",
  ).optional(),
  batchSendDeadline: duration.optional(),
  minBackoff: duration.optional(),
  maxBackoff: duration.optional(),
});

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
    url: matching(
      /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[\w./-]*)?$/,
      "an https URL without user and query, such as https://alertmanager.example.com:9093",
    ),
    /** A PEM file of the repository; absent when the system's authorities know the server. */
    ca: text("a PEM file of the repository, relative to its root").optional(),
    basicAuth: z
      .strictObject({ username: text("a user's name"), password: text("a password, set with --secret").min(1) })
      .optional(),
    bearerToken: text("a token, set with --secret").min(1).optional(),
  })
  .refine(({ basicAuth, bearerToken }) => basicAuth === undefined || bearerToken === undefined, {
    error: "basicAuth or bearerToken, not both",
  });

const prometheus = z.strictObject({
  scrapeInterval: duration.default("15s"),
  /** Folders of YAML files: each a list of scrape_configs, each a rule file. */
  scrapeConfigs: folder.optional(),
  rules: folder.optional(),
  /** Other thresholds and durations of alerts. */
  alerts: alerts.default({}),
  alertmanagers: z.array(alertmanager).default([]),
});

const tools = z
  .strictObject({
    /** True lets tools without an official hash reach a host. Never in an account that matters. */
    acceptUnpinned: z.boolean({ error: "true or false" }).default(false),
  })
  .prefault({});

const deviation = z.strictObject({
  policy: matching(/^[a-z][a-z0-9-]*$/, "the name of a policy, see docs/policies.md"),
  /** For the reviewer, who has nothing else to judge it by. */
  reason: text("why the policy may be broken for now, in at least 20 characters").min(20, {
    error: "why the policy may be broken for now, in at least 20 characters",
  }),
  /** The last day on which it counts, UTC. */
  until: day("the last day on which it counts, such as 2027-01-31"),
});

const policy = z
  .strictObject({
    /** The Elastic IPs that the peers have been told of, once they have been. */
    addressAllocations: z
      .array(
        matching(/^eipalloc-[0-9a-f]+$/, "the allocation id of an Elastic IP, such as eipalloc-0123456789abcdef0"),
        {
          error: "a list of allocation ids",
        },
      )
      .min(1, { error: "at least one allocation id, or leave the key out" })
      .optional(),
    /** Policies that may be broken for a time, each with a reason. */
    deviations: z.array(deviation, { error: "a list of deviations" }).default([]),
  })
  .prefault({});

const common = { account, network, host, pki, tools, policy };

const sender = z
  .strictObject({
    role: z.literal("sender"),
    ...common,
    prometheus: prometheus.extend({
      externalLabels: labels.refine((found) => Object.keys(found).length > 0, {
        error: "at least one label that tells this sender from every other at the receiver",
      }),
      remoteWrite: remoteWrite.prefault({}),
    }),
    /** The receiver. */
    peer,
  })
  .superRefine(checkEndpointServices)
  .superRefine(checkDocumentationAddresses);

const receiver = z
  .strictObject({
    role: z.literal("receiver"),
    ...common,
    prometheus: prometheus.extend({
      externalLabels: labels.default({}),
      /** At least the longest outage that must not lose a sample. */
      outOfOrderTimeWindow: duration.default("24h"),
    }),
    senders,
  })
  .superRefine(checkEndpointServices)
  .superRefine(checkDocumentationAddresses);

export type SenderConfiguration = z.output<typeof sender>;
export type ReceiverConfiguration = z.output<typeof receiver>;
export type Configuration = SenderConfiguration | ReceiverConfiguration;
export type RemoteWriteOverrides = SenderConfiguration["prometheus"]["remoteWrite"];

/** The configuration of each role, for those who describe it; a stack's own is read by `parseConfiguration`. */
export const configurationSchemas = { sender, receiver } as const;

/**
 * Checks the configuration of a stack, given as an object of its top-level keys, and fills in the defaults.
 * @throws InvalidInputError naming every wrong key with its value and what would be right.
 */
export function parseConfiguration(raw: Readonly<Record<string, unknown>>): Configuration {
  const role = raw.role;
  if (role !== "sender" && role !== "receiver") {
    throw invalid([{ key: keyOf(["role"]), value: role, remedy: "either sender or receiver" }]);
  }
  const result = configurationSchemas[role].safeParse(raw);
  if (result.success) return result.data;
  throw invalid(result.error.issues.flatMap((issue) => problemsOf(issue, raw)));
}

function invalid(problems: readonly Problem[]): InvalidInputError {
  return new InvalidInputError("The stack's configuration is not usable", problems, "CONFIGURATION_INVALID");
}

function problemsOf(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { key: keyOf(path), value: valueAt(raw, path), remedy: "no such key; check its spelling or remove it" };
    });
  }
  const value = valueAt(raw, issue.path);
  const remedy =
    issue.code === "invalid_type" && issue.message.startsWith("Invalid input")
      ? `${issue.expected} is expected`
      : issue.message;
  return [{ key: keyOf(issue.path), value, remedy }];
}

function keyOf(path: readonly PropertyKey[]): string {
  const joined = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return `${configurationNamespace}:${joined.replace(/^\./, "")}`;
}
