import { fingerprintsOf, unlessOtherText } from "@metrics-link/contract";
import { notKnown, type Planned } from "../planned.ts";
import { type Address, bootstrap, type Chain, isLocal, secretFile, type Tls } from "./envoy.ts";
import { type ReleaseFiles, releasesOf } from "./release.ts";
import type { Row } from "./row.ts";

const sides = ["client identity", "server identity"] as const;
const bootstrapPath = "envoy/bootstrap.yaml";

/**
 * Fences 2 and 3 as Envoy would have them, read from the release that the update would publish: whom each filter chain
 * lets in, and whom each cluster believes.
 */
export function identityRows(planned: readonly Planned[]): Row[] {
  return releasesOf(planned).flatMap(({ source, files }) => {
    return files === undefined
      ? sides.map((fence) => ({ fence, subject: "release", value: notKnown, source }))
      : rowsOf(files);
  });
}

function rowsOf(files: ReleaseFiles): Row[] {
  const read = bootstrap.safeParse(files.yaml(bootstrapPath));
  const source = `${files.source}, ${bootstrapPath}`;
  if (!read.success) return [{ fence: "client identity", subject: "Envoy", value: "NOT READABLE", source }];
  const { admin, static_resources: resources, dynamic_resources: dynamic } = read.data;
  const rows: Row[] = [];
  const add = (fence: Row["fence"], subject: string, value: string) => rows.push({ fence, subject, value, source });

  if (dynamic !== undefined) add("client identity", "listeners and clusters", "MORE OF THEM FROM ELSEWHERE");
  for (const listener of resources.listeners) {
    if (isLocal(listener.address)) continue;
    for (const chain of [
      ...listener.filter_chains,
      ...(listener.default_filter_chain ? [listener.default_filter_chain] : []),
    ]) {
      const subject = `${listener.name} ${whereOf(listener.address)}, chain ${chain.name}`;
      add("client identity", subject, [fromOf(chain), ...downstream(chain, files), whereTo(chain)].join("; "));
    }
  }
  if (admin?.address !== undefined)
    add("client identity", "admin interface", isLocal(admin.address) ? "on this host only" : "REACHABLE FROM OUTSIDE");
  for (const cluster of resources.clusters) {
    const places = (cluster.load_assignment?.endpoints ?? []).flatMap(({ lb_endpoints }) =>
      lb_endpoints.map(({ endpoint }) => endpoint.address),
    );
    if (places.every(isLocal)) continue;
    const to = `to ${places.map(whereOf).join(", ")}`;
    add(
      "server identity",
      `cluster ${cluster.name}`,
      [to, ...upstream(cluster.transport_socket?.typed_config, files)].join("; "),
    );
  }
  return rows;
}

function downstream(chain: Chain, files: ReleaseFiles): string[] {
  const tls = chain.transport_socket?.typed_config;
  if (tls === undefined) return [whereTo(chain) === nowhere ? "no TLS" : "NO TLS"];
  return [
    tls.require_client_certificate === true ? "client certificate required" : "CLIENT CERTIFICATE NOT REQUIRED",
    ...believed(tls, files),
  ];
}

function upstream(tls: Tls | undefined, files: ReleaseFiles): string[] {
  return tls === undefined ? ["NO TLS"] : [`asks for ${tls.sni ?? "NO NAME"}`, ...believed(tls, files)];
}

function believed({ common_tls_context: common }: Tls, files: ReleaseFiles): string[] {
  const { tls_minimum_protocol_version: least, tls_maximum_protocol_version: most } = common?.tls_params ?? {};
  const combined = common?.combined_validation_context;
  const validation = combined?.default_validation_context ?? common?.validation_context;
  const names = (validation?.match_typed_subject_alt_names ?? []).map(
    ({ san_type, matcher }) => `${san_type} ${nameOf(matcher)}`,
  );
  const secret = combined?.validation_context_sds_secret_config?.sds_config?.path_config_source?.path;
  const file = secret === undefined ? validation?.trusted_ca?.filename : trustedIn(files, secret);
  return [
    least === most && least !== undefined ? `${least} only` : `${least ?? "ANY VERSION"} to ${most ?? "ANY VERSION"}`,
    names.length === 0 ? "ANY NAME" : `the name ${names.join(" or ")}`,
    rootsOf(files, file),
  ];
}

function trustedIn(files: ReleaseFiles, path: string): string | undefined {
  const read = secretFile.safeParse(files.yaml(path));
  return read.success ? read.data.resources[0]?.validation_context?.trusted_ca?.filename : undefined;
}

function rootsOf(files: ReleaseFiles, path: string | undefined): string {
  const pem = path === undefined ? undefined : files.text(path);
  if (pem === undefined) return "ROOTS NOT IN THE RELEASE";
  return unlessOtherText(
    () => `roots ${fingerprintsOf(pem).join(" and ")}`,
    (why) => `ROOTS NOT READABLE: ${path} is not certificates alone: ${why}`,
  );
}

/** An expression in which all but letters, digits and `-` is quoted is a name. */
function nameOf(matcher: Readonly<Record<string, unknown>>): string {
  const { regex } = (matcher.safe_regex ?? {}) as { regex?: string };
  if (regex !== undefined && /^([a-z0-9-]|\\\.)+$/.test(regex)) return regex.replaceAll("\\.", ".");
  return JSON.stringify(matcher);
}

function fromOf({ filter_chain_match: match }: Chain): string {
  const ranges = match?.source_prefix_ranges ?? [];
  if (ranges.length === 0) return "from any other address";
  return `from ${ranges.map(({ address_prefix, prefix_len }) => `${address_prefix}/${prefix_len}`).join(", ")}`;
}

const nowhere = "leads nowhere";
/** HTTP is read route by route; a limit of connections leads nowhere. Any other filter may lead anywhere. */
const known = ["envoy.filters.network.http_connection_manager", "envoy.filters.network.connection_limit"];

function whereTo({ filters }: Chain): string {
  const others = filters.filter(({ name }) => !known.includes(name)).map(({ name }) => `THE FILTER ${name}`);
  const all = filters.flatMap(({ typed_config }) =>
    (typed_config?.route_config?.virtual_hosts ?? []).flatMap(({ routes }) => routes),
  );
  const leading = all.flatMap(({ match, route }) => {
    if (route === undefined) return [];
    const method = match.headers.find(({ name }) => name === ":method")?.string_match?.exact;
    const to = route.cluster ?? JSON.stringify(route);
    return [`${method ?? "ANY METHOD"} ${match.path ?? `ANY PATH BELOW ${match.prefix ?? "/"}`} to ${to}`];
  });
  return [...others, ...leading].join(", ") || nowhere;
}

const whereOf = ({ socket_address: at }: Address) => (at === undefined ? "a socket" : `${at.address}:${at.port_value}`);
