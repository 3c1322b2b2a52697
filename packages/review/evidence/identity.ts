import {
  anchorsOf,
  bootstrapPath,
  type Chain,
  type Finding,
  find,
  type Lookup,
  onlyName,
  readFiles,
  rules,
  sentence,
  type Tls,
} from "@metrics-link/envoy/read/index.ts";
import { notKnown, type Planned, type ReleaseFiles, type Row, releasesOf } from "./planned.ts";

const sides = ["client identity", "server identity"] as const;

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

/** What the rules find of each release's Envoy, by this review's own reading: the pack may be another one. */
export function identityFindings(planned: readonly Planned[]): (Finding & { readonly source: string })[] {
  return releasesOf(planned).flatMap(({ source, files }) => {
    if (files === undefined) return [];
    const found = find(readFiles(files.text), { lookup: files.text });
    return found.map((finding) => ({ ...finding, source: `${source}, ${bootstrapPath}` }));
  });
}

function rowsOf(files: ReleaseFiles): Row[] {
  const told = readFiles(files.text);
  const { view, unknown } = told;
  const source = `${files.source}, ${bootstrapPath}`;
  const rows: Row[] = [];
  const add = (fence: Row["fence"], subject: string, value: string) => rows.push({ fence, subject, value, source });

  for (const part of unknown) add("client identity", "NOT KNOWN TO THIS REVIEW", sentence(part));
  for (const listener of view.listeners.filter(({ address }) => !address.isLocal)) {
    for (const chain of listener.chains) {
      const subject = `${listener.name} ${listener.address.shown}, chain ${chain.name}`;
      const value = [fromOf(chain), ...downstream(chain, files.text), whereTo(chain)].join("; ");
      add("client identity", subject, value);
    }
  }
  const open = find(told, {}, (id) => id === rules.adminIsLocal.id);
  add("client identity", "admin interface", open.length === 0 ? "on this host only" : "REACHABLE FROM OUTSIDE");
  for (const cluster of view.clusters.filter(({ isLocal }) => !isLocal)) {
    const to = `to ${cluster.endpoints.map(({ shown }) => shown).join(", ")}`;
    const asked = cluster.tls === undefined ? ["NO TLS"] : upstream(cluster.tls, files.text);
    add("server identity", `cluster ${cluster.name}`, [to, ...asked].join("; "));
  }
  return rows;
}

function downstream({ tls, leads }: Chain, lookup: Lookup): string[] {
  if (tls === undefined) return [leads ? "NO TLS" : "no TLS"];
  const required = tls.place.at("require_client_certificate").value === true;
  return [required ? "client certificate required" : "CLIENT CERTIFICATE NOT REQUIRED", ...believed(tls, lookup)];
}

const upstream = (tls: Tls, lookup: Lookup) => [
  `asks for ${tls.place.at("sni").text ?? "NO NAME"}`,
  ...believed(tls, lookup),
];

function believed(tls: Tls, lookup: Lookup): string[] {
  const parameters = tls.common.at("tls_params");
  const least = parameters.at("tls_minimum_protocol_version").text;
  const most = parameters.at("tls_maximum_protocol_version").text;
  const name = onlyName(tls);
  const anchors = anchorsOf(tls, lookup);
  return [
    least === most && least !== undefined ? `${least} only` : `${least ?? "ANY VERSION"} to ${most ?? "ANY VERSION"}`,
    name === undefined ? "NOT ONE EXACT NAME" : `the name DNS ${name}`,
    "fault" in anchors
      ? `ROOTS NOT IN THE RELEASE (${anchors.fault.message})`
      : `roots ${anchors.found.fingerprints?.join(" and ") || "NONE"}`,
  ];
}

function fromOf({ sources }: Chain): string {
  if (sources === undefined) return "from any other address";
  return `from ${sources.map(({ address, prefix }) => `${address}/${prefix ?? 0}`).join(", ")}`;
}

function whereTo({ leads, routes }: Chain): string {
  const leading = routes
    .filter((route) => route.leads)
    .map(({ method, path, cluster }) => `${method ?? "ANY METHOD"} ${path ?? "ANY PATH"} to ${cluster ?? "ELSEWHERE"}`);
  if (leading.length > 0) return leading.join(", ");
  return leads ? "LEADS SOMEWHERE BY A FILTER THAT IS NOT KNOWN" : "leads nowhere";
}
