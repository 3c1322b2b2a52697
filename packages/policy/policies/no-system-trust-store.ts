import { rules } from "@metrics-link/envoy/read/index.ts";
import { envoyFindings, saidBy } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";

const stores =
  /^\/(etc\/(ssl|pki|ca-certificates)|usr\/(local\/)?share\/(ca-certificates|pki)|usr\/lib\/ssl|var\/lib\/ca-certificates)(\/|$)/;

export const noSystemTrustStore = releaseRule(saidBy(rules.noSystemTrustStore), function* (release, { configuration }) {
  for (const envoy of release.envoys) {
    if (envoy !== undefined) yield* envoyFindings(release, envoy, configuration, rules.noSystemTrustStore.id);
  }
  for (const prometheus of release.prometheuses) {
    yield* walk("Prometheus", prometheus);
    yield* httpsWithoutAuthority("Prometheus", prometheus);
  }
});

/** Every place of a parsed configuration that names a store of the system, or turns the check off. */
function* walk(where: string, value: unknown): Generator<string> {
  if (typeof value === "string" && stores.test(value)) yield `${where} is ${value}`;
  if (typeof value !== "object" || value === null) return;
  for (const [key, found] of Object.entries(value)) {
    const place = `${where}.${key}`;
    if (key === "insecure_skip_verify" && found === true) yield `${place} is true`;
    yield* walk(place, found);
  }
}

/** Prometheus believes the system's authorities wherever it is given none. */
function* httpsWithoutAuthority(where: string, value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  const { scheme, url, tls_config } = value as {
    scheme?: unknown;
    url?: unknown;
    tls_config?: { ca_file?: unknown; ca?: unknown };
  };
  const https = scheme === "https" || (typeof url === "string" && url.startsWith("https:"));
  if (https && tls_config?.ca_file === undefined && tls_config?.ca === undefined) {
    yield `${where} uses https without tls_config.ca or ca_file`;
  }
  for (const [key, found] of Object.entries(value)) yield* httpsWithoutAuthority(`${where}.${key}`, found);
}
