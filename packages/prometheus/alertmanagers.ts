import { releaseFiles } from "./process.ts";

/** An Alertmanager that this Prometheus delivers to. Its secret is no part of this: it lies in a file of its own. */
export interface Alertmanager {
  readonly url: string;
  /** PEM of the authorities that its certificate must come from; else those of the system. */
  readonly ca?: string | undefined;
  /** Whose name goes with the password in the secret file. */
  readonly username?: string | undefined;
  /** What the secret file holds; absent when nothing is asked for. */
  readonly secret?: "password" | "token" | undefined;
  /** PEM of the certificate by which Prometheus identifies itself; its key is a secret file too. */
  readonly certificate?: string | undefined;
}

/** One entry of `alerting.alertmanagers`, as far as we set it. */
export interface AlertmanagerConfig {
  readonly scheme: "https";
  readonly path_prefix: string;
  readonly follow_redirects: false;
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
  readonly tls_config: {
    readonly ca_file?: string;
    readonly cert_file?: string;
    readonly key_file?: string;
    readonly min_version: "TLS12";
  };
  readonly basic_auth?: { readonly username: string; readonly password_file: string };
  readonly authorization?: { readonly type: "Bearer"; readonly credentials_file: string };
}

/** Files are named relative to the configuration file, in whose directory they lie. */
export function alertmanagerConfig(
  { url, ca, username, secret, certificate }: Alertmanager,
  index: number,
): AlertmanagerConfig {
  const { hostname, port, pathname } = new URL(url);
  const secretFile = besides(releaseFiles.alertmanagerSecret(index));
  return {
    scheme: "https",
    path_prefix: pathname,
    // A redirect would carry the secret to wherever it leads.
    follow_redirects: false,
    static_configs: [{ targets: [`${hostname}:${port === "" ? 443 : port}`] }],
    tls_config: {
      ...(ca === undefined ? {} : { ca_file: besides(releaseFiles.alertmanagerCa(index)) }),
      ...(certificate === undefined
        ? {}
        : {
            cert_file: besides(releaseFiles.alertmanagerCertificate(index)),
            key_file: besides(releaseFiles.alertmanagerKey(index)),
          }),
      min_version: "TLS12",
    },
    ...(secret === "password" ? { basic_auth: { username: username ?? "", password_file: secretFile } } : {}),
    ...(secret === "token" ? { authorization: { type: "Bearer" as const, credentials_file: secretFile } } : {}),
  };
}

const besides = (path: string) => path.replace(/^prometheus\//, "");
