import { fingerprintsOf, LinkError, parseJson, printableLines, unlessOtherText } from "@metrics-link/contract";
import { hostPaths } from "@metrics-link/release";
import { z } from "zod";
import type { Effects } from "../effects.ts";

const dataSource = z.object({ inline_bytes: z.string().optional(), inline_string: z.string().optional() });

const secrets = z
  .array(
    z.object({
      name: z.string(),
      last_updated: z.string(),
      secret: z.object({
        tls_certificate: z.object({ certificate_chain: dataSource.optional() }).optional(),
        validation_context: z.object({ trusted_ca: dataSource.optional() }).optional(),
      }),
    }),
  )
  .default([]);

const listener = z.object({ listener: z.unknown() });
const clusters = z.array(z.object({ cluster: z.unknown() })).default([]);

/** envoy.admin.v3.ConfigDump; each entry has the fields of its own type only. */
const configDump = z.object({
  configs: z.array(
    z.object({
      bootstrap: z.record(z.string(), z.unknown()).optional(),
      static_listeners: z.array(listener).default([]),
      dynamic_listeners: z
        .array(
          z.object({
            active_state: listener.optional(),
            /** Of an update that Envoy has refused; it goes on with the last good one, if there is any. */
            error_state: z.object({ details: z.string().default("") }).optional(),
          }),
        )
        .default([]),
      static_clusters: clusters,
      dynamic_active_clusters: clusters,
      static_secrets: secrets,
      dynamic_active_secrets: secrets,
    }),
  ),
});

/** envoy.admin.v3.ServerInfo; the uptime is a protobuf duration, such as "12s". */
const serverInfo = z.object({ version: z.string(), uptime_current_epoch: z.string() });

const timeoutMs = 10_000;

/** A page of Envoy's admin socket. @throws LinkError `REQUEST_FAILED` if the answer is not 200 */
async function page({ ask }: Pick<Effects, "ask">, path: string): Promise<string> {
  const { status, body } = await ask({
    url: `http://127.0.0.1/${path}`,
    socketPath: hostPaths.envoyAdminSocket,
    timeoutMs,
  });
  if (status !== 200) {
    const what = `Envoy answers ${status} to /${path}, not 200: ${printableLines(body.slice(0, 200))}`;
    throw new LinkError("REQUEST_FAILED", { what });
  }
  return body;
}

const dumped = async (effects: Pick<Effects, "ask">) =>
  parseJson(configDump, await page(effects, "config_dump"), "Envoy's /config_dump").configs;

/** What Envoy runs, and why it refused an update of a listener. */
export async function runningConfiguration(effects: Pick<Effects, "ask">) {
  return configurationIn(await dumped(effects));
}

function configurationIn(configs: z.output<typeof configDump>["configs"]) {
  // Envoy adds all its extensions to `node`; listeners and clusters follow below, as they run.
  const { node: _node, static_resources: _, ...bootstrap } = configs.find((one) => one.bootstrap)?.bootstrap ?? {};
  const dynamic = configs.flatMap(({ dynamic_listeners }) => dynamic_listeners);
  return {
    bootstrap,
    listeners: [
      ...configs.flatMap(({ static_listeners }) => static_listeners),
      ...dynamic.flatMap(({ active_state }) => active_state ?? []),
    ].map((one) => one.listener),
    clusters: configs.flatMap(({ static_clusters, dynamic_active_clusters }) =>
      [...static_clusters, ...dynamic_active_clusters].map(({ cluster }) => cluster),
    ),
    refusals: dynamic.flatMap(({ error_state }) => (error_state === undefined ? [] : [error_state.details])),
  };
}

/** The running Envoy, as its admin socket reports it. */
export async function runningEnvoy(effects: Pick<Effects, "ask">) {
  const configs = await dumped(effects);
  const server = parseJson(serverInfo, await page(effects, "server_info"), "Envoy's /server_info");
  const { refusals: _, ...configuration } = configurationIn(configs);
  return {
    version: server.version,
    uptimeSeconds: Number.parseFloat(server.uptime_current_epoch),
    ...configuration,
    secrets: configs.flatMap(({ static_secrets, dynamic_active_secrets }) =>
      [...static_secrets, ...dynamic_active_secrets].map(({ name, last_updated, secret }) => ({
        name,
        lastUpdated: last_updated,
        fingerprints: fingerprintsIn(
          textOf(secret.tls_certificate?.certificate_chain ?? secret.validation_context?.trusted_ca),
        ),
      })),
    ),
    counters: countersOf(
      await page(
        effects,
        "stats?filter=(ssl%5C.(handshake%7Cfail_verify.*%7Cconnection_error)%7Cno_filter_chain_match)$",
      ),
    ),
  };
}

/** With other text, what Envoy has loaded is unknown: the result is no fingerprint, and so matches no pin. */
const fingerprintsIn = (pem: string): string[] =>
  unlessOtherText(
    () => fingerprintsOf(pem),
    (why) => [`text that is not only certificates: ${why}`],
  );

function textOf(source: z.output<typeof dataSource> | undefined): string {
  return source?.inline_string ?? Buffer.from(source?.inline_bytes ?? "", "base64").toString();
}

/** Lines of `name: value` (admin `/stats`). */
function countersOf(page: string): Record<string, number> {
  const entries = page.split("\n").flatMap((line): [string, number][] => {
    const [name = "", value] = line.split(": ");
    return value === undefined || !(Number(value) > 0) ? [] : [[name, Number(value)]];
  });
  return Object.fromEntries(entries);
}
