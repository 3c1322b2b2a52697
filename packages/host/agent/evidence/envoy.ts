import { fingerprintsOf, unlessOtherText } from "@metrics-link/contract";
import { hostPaths } from "@metrics-link/release";
import type { Effects } from "../effects.ts";

interface ConfigDump {
  readonly configs: readonly {
    readonly bootstrap?: Record<string, unknown>;
    readonly static_listeners?: readonly { readonly listener: unknown }[];
    readonly dynamic_listeners?: readonly { readonly active_state?: { readonly listener: unknown } }[];
    readonly static_clusters?: readonly { readonly cluster: unknown }[];
    readonly dynamic_active_clusters?: readonly { readonly cluster: unknown }[];
    readonly static_secrets?: readonly Secret[];
    readonly dynamic_active_secrets?: readonly Secret[];
  }[];
}

interface Secret {
  readonly name: string;
  readonly last_updated: string;
  readonly secret: {
    readonly tls_certificate?: { readonly certificate_chain?: DataSource };
    readonly validation_context?: { readonly trusted_ca?: DataSource };
  };
}

interface DataSource {
  readonly inline_bytes?: string;
  readonly inline_string?: string;
}

const timeoutMs = 10_000;

/** What the running Envoy says of itself on its admin socket (envoy.admin.v3.ConfigDump, ServerInfo). */
export async function runningEnvoy({ ask }: Pick<Effects, "ask">) {
  const page = async (path: string) => {
    const { status, body } = await ask({
      url: `http://127.0.0.1/${path}`,
      socketPath: hostPaths.envoyAdminSocket,
      timeoutMs,
    });
    if (status !== 200) throw new Error(`Envoy answers ${status} to /${path}: ${body.slice(0, 200)}`);
    return body;
  };
  const { configs } = JSON.parse(await page("config_dump")) as ConfigDump;
  const server = JSON.parse(await page("server_info")) as { version: string; uptime_current_epoch: string };
  // Envoy adds all its extensions to `node`; listeners and clusters are told below, as they run.
  const { node: _node, static_resources: _, ...bootstrap } = configs.find((one) => one.bootstrap)?.bootstrap ?? {};
  const secrets = configs.flatMap(({ static_secrets = [], dynamic_active_secrets = [] }) => [
    ...static_secrets,
    ...dynamic_active_secrets,
  ]);
  return {
    version: server.version,
    uptimeSeconds: Number.parseFloat(server.uptime_current_epoch),
    bootstrap,
    listeners: configs.flatMap(({ static_listeners = [], dynamic_listeners = [] }) =>
      [...static_listeners, ...dynamic_listeners.flatMap(({ active_state }) => active_state ?? [])].map(
        ({ listener }) => listener,
      ),
    ),
    clusters: configs.flatMap(({ static_clusters = [], dynamic_active_clusters = [] }) =>
      [...static_clusters, ...dynamic_active_clusters].map(({ cluster }) => cluster),
    ),
    secrets: secrets.map(({ name, last_updated, secret }) => ({
      name,
      lastUpdated: last_updated,
      fingerprints: fingerprintsIn(
        textOf(secret.tls_certificate?.certificate_chain ?? secret.validation_context?.trusted_ca),
      ),
    })),
    counters: countersOf(
      await page("stats?filter=(ssl%5C.(handshake%7Cfail_verify.*%7Cconnection_error)%7Cno_filter_chain_match)$"),
    ),
  };
}

/** With other text in it nobody can say what Envoy has loaded: a word that is no fingerprint, and so equals no pin. */
const fingerprintsIn = (pem: string): string[] =>
  unlessOtherText(
    () => fingerprintsOf(pem),
    (why) => [`text that is not certificates alone: ${why}`],
  );

function textOf(source: DataSource | undefined): string {
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
