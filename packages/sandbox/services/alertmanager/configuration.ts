/** What the sandbox's Alertmanager runs with. Pure. */

/** It receives alerts and notifies nobody: its API shows what it has. */
export const alertmanagerConfiguration = {
  route: { receiver: "nobody" },
  receivers: [{ name: "nobody" }],
} as const;

/**
 * TLS and basic auth, in the form of https://prometheus.io/docs/alerting/latest/https/. Paths are relative to the file.
 * @param hashes user to bcrypt hash
 */
export const webConfiguration = (hashes: Readonly<Record<string, string>>) => ({
  tls_server_config: { cert_file: "server.pem", key_file: "server.key", min_version: "TLS12" },
  basic_auth_users: hashes,
});

/** Loopback alone, any free port, and no cluster: without a word it would look for peers on every interface. */
export const alertmanagerFlags = (directory: string): readonly string[] => [
  `--config.file=${directory}/alertmanager.yml`,
  `--web.config.file=${directory}/web.yml`,
  `--storage.path=${directory}/data`,
  "--web.listen-address=127.0.0.1:0",
  "--cluster.listen-address=",
];

/** The listening port named in a line of its log; undefined for other lines. */
export function portIn(line: string): number | undefined {
  const [, port] = /msg="Listening on" .*\baddress=127\.0\.0\.1:(\d+)/.exec(line) ?? [];
  return port === undefined ? undefined : Number(port);
}
