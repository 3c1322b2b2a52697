import { readCertificates, rootFault, unlessOtherText } from "@metrics-link/contract";
import { hostPaths, ports } from "@metrics-link/release";
import type { Policy } from "../model/policy.ts";
import { type Document, flagOf, listOf, recordOf, releaseRule } from "../model/release.ts";

/** The only unit with an exporter that others reach. */
export const exporterUnit = "systemd/metrics-link-exporter.service";

const [admitsFile, webConfigFile] = ["exporter/admits.json", "exporter/web.json"];

/** Whom the host lets in to its own metrics. */
export const exporters: readonly Policy[] = [
  releaseRule(
    {
      name: "exporters-demand-a-name",
      fence: "client identity",
      rule: "The exporter that others reach lets in exactly the clients of the configuration, by certificate and name, and the agent checks its web configuration for that.",
      reason:
        "Without a list of names every certificate of the authority gets in, and without a certificate everybody.",
      remedy: "Set nodeExporter.exposed.clients, and let packages/exporter write the web configuration.",
      source: "docs/decisions/0824; exporter-toolkit, docs/web-configuration.md",
    },
    function* ({ release, units }, { configuration: { nodeExporter } }) {
      const clients = nodeExporter.exposed?.clients.map(({ dnsName }) => dnsName);
      const told = release.files.find(({ path }) => path === admitsFile)?.content;
      const exposed = units.filter(({ path }) => path === exporterUnit);
      if (clients === undefined) {
        if (told !== undefined || exposed.length > 0)
          yield "an exporter is exposed that the configuration does not expose";
        return;
      }
      if (told === undefined || exposed.length !== 1) {
        yield "the exporter that the configuration exposes is not in the release";
        return;
      }
      for (const { words } of exposed) {
        if (flagOf(words, "--web.config.file") !== `${hostPaths.current}/${webConfigFile}`) {
          yield `${exporterUnit} runs without ${webConfigFile}`;
        }
        const address = flagOf(words, "--web.listen-address");
        if (address !== `0.0.0.0:${ports.exporter}`) yield `${exporterUnit} listens on ${address ?? "any port"}`;
      }
      yield* admitFaults(admitted(told), clients);
      const checks = release.checks.filter(({ kind }) => kind === "webConfig");
      const [check] = checks;
      if (
        checks.length !== 1 ||
        check?.kind !== "webConfig" ||
        check.file !== webConfigFile ||
        check.admits !== admitsFile
      ) {
        yield `no check of the agent holds ${webConfigFile} to ${admitsFile}`;
      }
      if (!release.secrets.some(({ path }) => path === webConfigFile))
        yield `${webConfigFile} is no secret of the release`;
    },
  ),
];

function admitted(text: string): Document {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function* admitFaults({ clients, authority, ...more }: Document, expected: readonly string[]): Generator<string> {
  for (const key of Object.keys(more)) yield `${admitsFile} has ${key}`;
  const names = listOf(clients);
  if (JSON.stringify(names) !== JSON.stringify(expected)) {
    yield `${admitsFile} admits ${names.join(", ") || "nobody"} instead of ${expected.join(", ")}`;
  }
  const roots = unlessOtherText(
    () => readCertificates(String(authority)),
    () => [],
  );
  if (roots.length === 0) yield `${admitsFile} has no authority`;
  for (const root of roots) {
    const fault = rootFault(root);
    if (fault !== undefined) yield `${admitsFile} has an authority that is no root: ${fault}`;
  }
}
