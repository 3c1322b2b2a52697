import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { freePorts } from "../../../support/free-ports.ts";
import { EnvoyProcess } from "./envoy-process.ts";

/** Envoy's admin `/certs` (envoy.admin.v3.Certificates), as far as it is read here. */
interface Certificates {
  readonly certificates: readonly {
    readonly ca_cert: readonly { readonly path: string; readonly serial_number: string }[];
  }[];
}

const tls = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";

/**
 * What a real Envoy takes for anchors of each bundle: one Envoy, one cluster a bundle, asked on its admin interface.
 * @param directory where files may be left
 * @param bundles byte for byte as Envoy finds them on disk, by a name that is a file name
 * @returns serial numbers as Node writes them, in Envoy's order; none for a bundle that Envoy does not load
 */
export async function loadedAnchors(
  directory: string,
  bundles: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const file = (name: string) => join(directory, name);
  mkdirSync(file("bundles"), { recursive: true });
  for (const [name, text] of Object.entries(bundles)) writeFileSync(file(`bundles/${name}`), text);
  const resources = Object.keys(bundles).map((name) => ({
    "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    name,
    type: "STATIC",
    load_assignment: { cluster_name: name },
    transport_socket: {
      name: "envoy.transport_sockets.tls",
      typed_config: {
        "@type": tls,
        common_tls_context: { validation_context: { trusted_ca: { filename: file(`bundles/${name}`) } } },
      },
    },
  }));
  const [port = 0] = await freePorts(1);
  // By CDS, because there a cluster that cannot be loaded is refused alone.
  writeFileSync(file("clusters.json"), JSON.stringify({ resources }));
  writeFileSync(
    file("bootstrap.json"),
    JSON.stringify({
      node: { id: "anchors", cluster: "anchors" },
      admin: { address: { socket_address: { address: "127.0.0.1", port_value: port } } },
      dynamic_resources: { cds_config: { path_config_source: { path: file("clusters.json") } } },
    }),
  );
  const envoy = await EnvoyProcess.start(file("bootstrap.json"), port);
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/certs`);
    const { certificates } = (await answer.json()) as Certificates;
    const loaded = new Map<string, readonly string[]>(Object.keys(bundles).map((name) => [name, []]));
    for (const { ca_cert: anchors } of certificates) {
      const [first] = anchors;
      if (first === undefined) continue;
      loaded.set(
        basename(first.path),
        anchors.map(({ serial_number: serial }) => serial.toUpperCase()),
      );
    }
    return loaded;
  } finally {
    await envoy.stop();
  }
}
