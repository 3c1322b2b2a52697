import { firstUnprivilegedPort, ports } from "./wire.ts";

/** Whether a metrics service may listen on this port: one that only units of a release can bind, and none of the link. */
export const isServicePort = (port: number): boolean =>
  Number.isInteger(port) &&
  port >= 1024 &&
  port < firstUnprivilegedPort &&
  !Object.values<number>(ports).includes(port);

/** Servers of a host itself, each with the one page of it that is metrics; `null`: none. */
const pages: Readonly<Record<string, string | null>> = {
  [`127.0.0.1:${ports.prometheus}`]: "/metrics",
  [`127.0.0.1:${ports.nodeExporter}`]: "/metrics",
  [`127.0.0.1:${ports.envoyMetrics}`]: "/stats/prometheus",
  [`127.0.0.1:${ports.remoteWriteEgress}`]: null,
  [`127.0.0.1:${ports.ingest}`]: null,
  [`127.0.0.1:${ports.ready}`]: null,
  [`127.0.0.1:${ports.https}`]: null,
};

/**
 * Whether a metrics service may lead here: 127.0.0.1 with a port, or a unix socket below /run that is none of the host's own. Sockets
 * elsewhere are refused: `/var/run` is another spelling of `/run`, and Envoy's admin interface must have no second one.
 * @param server `127.0.0.1:PORT`, or the path of a unix socket
 */
export function isServiceServer(server: string): boolean {
  const [, port] = /^127\.0\.0\.1:([1-9]\d{0,4})$/.exec(server) ?? [];
  if (port !== undefined) return Number(port) <= 65_535 && pages[server] !== null;
  return (
    server.length <= 100 &&
    /^\/run\/(?!metrics-link)(?!.*\/\.)[A-Za-z0-9_@-][A-Za-z0-9._@/-]*[A-Za-z0-9._@-]$/.test(server)
  );
}

/** The only page that a metrics service may serve of a host's own server; `undefined` if the server is somebody else's. */
export const ownPage = (server: string): string | undefined => pages[server] ?? undefined;

/** Segments of letters, digits and . _ ~ - of which none is empty, `.` or `..`: one spelling, and no query. */
export const isPagePath = (path: string): boolean =>
  path.length <= 200 && /^(?!.*\/\.{0,2}(\/|$))(\/[A-Za-z0-9._~-]+)+$/.test(path);
