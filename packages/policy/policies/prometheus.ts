import { isDeepStrictEqual } from "node:util";
import type { Configuration } from "@metrics-link/config";
import { publicChains, unknownSource } from "@metrics-link/envoy/read/index.ts";
import { ports, remoteWrite, withoutSecrets } from "@metrics-link/release";
import { expectedAlerts, expectedConfiguration, unknownFields } from "../known/prometheus.ts";
import type { Policy } from "../model/policy.ts";
import { type Document, flagOf, listOf, type PublishedRelease, recordOf, releaseRule } from "../model/release.ts";
import { parsePlainYaml } from "../model/yaml.ts";
import { exporterUnit } from "./exporters.ts";

const file = "prometheus/prometheus.yml";
const alertsFile = "prometheus/alerts.yml";
const rulesFolder = "prometheus/rules/";

/** The only destination of a sender's samples: the Envoy on the same host. */
const envoyUrl = `http://127.0.0.1:${ports.remoteWriteEgress}${remoteWrite.path}`;

/** Flags that let clients change or stop Prometheus, or send it samples past the link. */
const openingFlags = [
  ...["--web.enable-admin-api", "--web.enable-lifecycle", "--web.enable-otlp-receiver", "--web.config.file"],
];

/** The Prometheus of a release: its command line, its configuration and its alerts. */
export const prometheus: readonly Policy[] = [
  releaseRule(
    {
      name: "prometheus-on-loopback",
      fence: "client identity",
      rule: "Prometheus and node_exporter listen on 127.0.0.1, but for the exporter that demands a name, only a receiver accepts writes, and HTTP clients cannot administer them.",
      reason: "Prometheus has no fence of its own: it trusts every client that reaches it.",
      remedy: "Give each --web.listen-address=127.0.0.1:PORT, and remove the admin, lifecycle and OTLP flags.",
      source: "docs/architecture.md, Three fences; docs/decisions/0111; Prometheus' documentation, Security model",
    },
    function* ({ units }, { configuration: { role } }) {
      for (const { command, path, words } of units) {
        if (command !== "prometheus" && command !== "node_exporter") continue;
        // exporters-demand-a-name judges it.
        if (path === exporterUnit && command === "node_exporter") continue;
        const addresses = words.filter((word) => word.startsWith("--web.listen-address"));
        const address = flagOf(words, "--web.listen-address");
        if (addresses.length !== 1 || !address?.startsWith("127.0.0.1:")) {
          yield `${path}: --web.listen-address is ${addresses.join(" ") || "not set"} instead of one on 127.0.0.1`;
        }
        const open = openingFlags.filter((flag) => words.some((word) => word === flag || word.startsWith(`${flag}=`)));
        if (open.length > 0) yield `${path}: ${open.join(", ")}`;
        if (role === "sender" && words.some((word) => word.startsWith("--web.enable-remote-write-receiver"))) {
          yield `${path}: a sender takes writes (--web.enable-remote-write-receiver)`;
        }
      }
    },
  ),

  releaseRule(
    {
      name: "writes-go-through-envoy",
      fence: "server identity",
      rule: "A sender's Prometheus writes only to the Envoy on its own host; a receiver's writes nowhere.",
      reason: "A second destination, or one past Envoy, receives samples without proving its identity.",
      remedy: `Let remote_write have at most one entry, ${envoyUrl}, and remote_read none.`,
      source: "docs/architecture.md, The way of a sample",
    },
    function* (release, { configuration: { role } }) {
      // Prometheus may read another destination in such a file than this policy does.
      yield* release.ambiguous;
      for (const document of release.prometheuses) {
        if (document === undefined) {
          yield "a unit runs Prometheus with a configuration that is not a file of this release";
        }
        const { remote_write, remote_read } = document ?? {};
        const writes = listOf(remote_write);
        if (role === "receiver" && writes.length > 0) yield "a receiver has remote_write";
        if (writes.length > 1) yield `${writes.length} entries of remote_write`;
        for (const { url } of writes.map(recordOf))
          if (url !== envoyUrl) yield `remote_write goes to ${withoutSecrets(url)}`;
        if (listOf(remote_read).length > 0) yield "remote_read is set";
      }
    },
  ),

  releaseRule(
    {
      name: "prometheus-is-known",
      fence: "host",
      rule: "Prometheus' configuration is exactly what follows from the stack's, and it has every alert of the link.",
      reason:
        "A relabelling can drop samples, an extra file can add jobs that nobody reviews, and a missing alert keeps a failure silent.",
      remedy:
        "Remove it; if the product needs it, add it to packages/policy/known/prometheus.ts, where a reviewer sees it.",
      source: "docs/architecture.md, The way of a sample; docs/decisions/0622",
    },
    function* (release, { configuration }) {
      // If no unit runs Prometheus, units-are-known reports it.
      const documents = release.prometheuses.filter((one) => one !== undefined);
      for (const document of documents) yield* configurationFaults(document, configuration, release);
      const linked =
        configuration.role === "receiver" || documents.some(({ remote_write }) => remote_write !== undefined);
      if (documents.length > 0) yield* alertFaults(release, configuration, linked);
    },
  ),
];

function* configurationFaults(document: Document, configuration: Configuration, release: PublishedRelease) {
  const expected = expectedConfiguration(configuration);
  const { global, alerting, storage, rule_files, scrape_configs, scrape_config_files, remote_write, ...more } =
    document;
  for (const key of Object.keys(more)) yield `${file}: ${key} is not known`;
  yield* same("global", global, expected.global);
  yield* same("alerting", alerting, expected.alerting);
  yield* same("storage", storage, expected.storage);
  const hasEgress = release.envoys.some((envoy) => envoy?.view.listeners.some(({ name }) => name === "egress"));
  if (remote_write !== undefined || hasEgress) {
    yield* same("remote_write", remote_write, expected.write && [expected.write]);
  }
  const rules = release.release.files.map(({ path }) => path).filter((path) => path.startsWith(rulesFolder));
  yield* sameSet("rule_files", listOf(rule_files), ["alerts.yml", ...rules.map(besides)]);
  yield* same("scrape_configs", scrape_configs, expected.jobs);
  const scrapeFiles = release.scrapeFiles.map(({ path }) => besides(path));
  yield* sameSet("scrape_config_files", listOf(scrape_config_files), scrapeFiles);
  yield* jobFaults(release);
}

/** As Prometheus' configuration names a file, relative to itself. */
const besides = (path: string) => path.replace(/^prometheus\//, "");

function* jobFaults({ scrapeFiles }: PublishedRelease) {
  for (const { path: scrapeFile, jobs } of scrapeFiles) {
    if (jobs === undefined) yield `${scrapeFile} does not consist of scrape_configs that can be read in one way only`;
    for (const path of unknownFields("scrape_configs", jobs ?? [])) yield `${scrapeFile}: ${path} is not known`;
  }
}

function* same(path: string, found: unknown, expected: unknown): Generator<string> {
  const different = firstDifference(path, withoutSecrets(found), expected);
  if (different !== undefined) yield `${file}: ${different}`;
}

/** The first difference between two values, with its path. */
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

function* sameSet(key: string, found: readonly unknown[], expected: readonly string[]): Generator<string> {
  const known: readonly unknown[] = expected;
  for (const one of expected.filter((path) => !found.includes(path))) yield `${file}: ${key} leaves out ${one}`;
  for (const one of found.filter((path) => !known.includes(path))) {
    yield `${file}: ${key} names ${String(one)}, which is no file of this release`;
  }
}

function* alertFaults(release: PublishedRelease, configuration: Configuration, linked: boolean): Generator<string> {
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
  const missed = sendersMissed(rules);
  for (const name of new Set(senders)) {
    if (!missed.has(name)) yield `${alertsFile}: the alert SenderSilent does not miss ${name}`;
  }
}

/** The senders that the alert SenderSilent misses when they are silent: those that a recording rule names. */
function sendersMissed(rules: readonly Document[]): ReadonlySet<string> {
  const [record] = rules.filter((rule) => rule.record === "metrics_link:sender_expected:info");
  const names = String(record?.expr ?? "").matchAll(/label_replace\(vector\(1\), "sender", "([a-z0-9-]+)", "", ""\)/g);
  return rules.some(({ alert }) => alert === "SenderSilent")
    ? new Set(Array.from(names, ([, name = ""]) => name))
    : new Set();
}

function rulesIn(text: string): readonly Document[] {
  try {
    const groups = listOf(recordOf(parsePlainYaml(text)).groups);
    return groups.flatMap((group) => listOf(recordOf(group).rules)).map(recordOf);
  } catch {
    // Then every alert is reported as missing.
    return [];
  }
}
