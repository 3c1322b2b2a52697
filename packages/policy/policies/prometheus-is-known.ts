import { isDeepStrictEqual } from "node:util";
import type { Configuration } from "@metrics-link/config";
import { publicChains, unknownSource } from "@metrics-link/envoy/read/index.ts";
import { expectedAlerts } from "../model/known-alerts.ts";
import { expectedConfiguration, unknownFields } from "../model/known-prometheus.ts";
import { type PublishedRelease, releaseRule } from "../model/release.ts";
import { parsePlainYaml } from "../model/yaml.ts";

type Document = Readonly<Record<string, unknown>>;

const file = "prometheus/prometheus.yml";
const alertsFile = "prometheus/alerts.yml";
const rulesFolder = "prometheus/rules/";

export const prometheusIsKnown = releaseRule(
  {
    name: "prometheus-is-known",
    fence: "host",
    rule: "Prometheus is told what follows from the stack's configuration and no more, and has every alert of the link.",
    reason:
      "A relabelling drops what should be sent, a file from elsewhere adds jobs that nobody reviews, and an alert that is left out keeps a failure silent.",
    remedy:
      "Take it out; if the product needs it, add it to packages/policy/model/known-prometheus.ts, where a reviewer sees it.",
    source: "docs/architecture.md, The way of a sample; docs/decisions/0622",
  },
  function* (release, { configuration }) {
    const told = release.prometheuses.flatMap((one): Document[] => (one === undefined ? [] : [{ ...one }]));
    for (const document of told) yield* configurationFindings(document, configuration, release);
    // Without a unit that runs it, units-are-known says so.
    const linked = configuration.role === "receiver" || told.some(({ remote_write }) => remote_write !== undefined);
    if (told.length > 0) yield* alertFindings(release, configuration, linked);
  },
);

function* configurationFindings(document: Document, configuration: Configuration, release: PublishedRelease) {
  const expected = expectedConfiguration(configuration);
  const { global, alerting, storage, rule_files, scrape_configs, remote_write, ...more } = document;
  for (const key of Object.keys(more)) yield `${file}: ${key} is not known`;
  yield* same("global", global, expected.global);
  yield* same("alerting", alerting, expected.alerting);
  yield* same("storage", storage, expected.storage);
  const led = release.envoys.some((envoy) => envoy?.view.listeners.some(({ name }) => name === "egress"));
  if (remote_write !== undefined || led) yield* same("remote_write", remote_write, expected.write && [expected.write]);
  const rules = release.release.files.map(({ path }) => path).filter((path) => path.startsWith(rulesFolder));
  yield* sameSet(listOf(rule_files), ["alerts.yml", ...rules.map((path) => path.replace(/^prometheus\//, ""))]);
  const jobs = listOf(scrape_configs);
  for (const [index, job] of expected.jobs.entries()) yield* same(`scrape_configs[${index}]`, jobs[index], job);
  for (const [index, job] of [...jobs.entries()].slice(expected.jobs.length)) {
    for (const path of unknownFields(`scrape_configs[${index}]`, job)) yield `${file}: ${path} is not known`;
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function* same(path: string, found: unknown, expected: unknown): Generator<string> {
  const different = firstDifference(path, found, expected);
  if (different !== undefined) yield `${file}: ${different}`;
}

/** Where two values differ first, and what stands there. */
function firstDifference(path: string, found: unknown, expected: unknown): string | undefined {
  if (isDeepStrictEqual(found, expected)) return undefined;
  const [left, right] = [entriesOf(found), entriesOf(expected)];
  if (left === undefined || right === undefined) {
    return `${path} is ${JSON.stringify(found) ?? "not set"} instead of ${JSON.stringify(expected) ?? "not set"}`;
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const different = firstDifference(`${path}.${key}`, left.get(key), right.get(key));
    if (different !== undefined) return different;
  }
  return undefined;
}

const entriesOf = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;

function* sameSet(found: readonly unknown[], expected: readonly string[]): Generator<string> {
  for (const one of expected.filter((path) => !found.includes(path))) yield `${file}: rule_files leaves out ${one}`;
  for (const one of found.filter((path) => !expected.includes(path as string))) {
    yield `${file}: rule_files names ${String(one)}, which is no file of this release`;
  }
}

function* alertFindings(release: PublishedRelease, configuration: Configuration, linked: boolean): Generator<string> {
  const text = release.file(alertsFile);
  if (text === undefined) {
    yield `there is no ${alertsFile}`;
    return;
  }
  const rules = rulesIn(text);
  const expected = expectedAlerts({
    role: configuration.role,
    linked,
    suspended: configuration.role === "sender" && configuration.peer.suspended !== undefined,
    delivers: configuration.prometheus.alertmanagers.length > 0,
  });
  for (const name of expected.filter((one) => !rules.some(({ alert }) => alert === one))) {
    yield `${alertsFile}: the alert ${name} is missing`;
  }
  const senders = release.envoys
    .flatMap((envoy) => (envoy === undefined ? [] : publicChains(envoy.view)))
    .filter(({ name, tls }) => tls !== undefined && name !== unknownSource)
    .map(({ name }) => name);
  for (const name of new Set(senders)) {
    if (rules.some(({ alert, labels }) => alert === "SenderSilent" && labels?.sender === name)) continue;
    yield `${alertsFile}: the alert SenderSilent of ${name} is missing`;
  }
}

interface Rule {
  readonly alert?: unknown;
  readonly labels?: Readonly<Record<string, unknown>>;
}

function rulesIn(text: string): readonly Rule[] {
  let document: unknown;
  try {
    document = parsePlainYaml(text);
  } catch {
    // Then every alert is missing, which is said.
    return [];
  }
  const groups = listOf((document as { groups?: unknown } | null)?.groups);
  return groups
    .flatMap((group) => listOf((group as { rules?: unknown } | null)?.rules))
    .filter((rule): rule is Rule => typeof rule === "object" && rule !== null);
}
