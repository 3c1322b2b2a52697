import type { Bootstrap } from "../bootstrap.ts";
import type { SecretFile } from "../secrets.ts";
import type { CommonTlsContext, SdsSecret } from "../tls-context.ts";
import { type Finding, findingsOf, type Unchecked } from "./finding.ts";

/**
 * Every secret that is asked for is in the file where it is looked for, under its name. Envoy does not check it in
 * validate mode, and with a missing one it would run, say ready, and reset every handshake.
 */
export function checkSecrets(bootstrap: Unchecked<Bootstrap>, files: readonly Unchecked<SecretFile>[]): Finding[] {
  const { listeners = [], clusters = [] } = bootstrap.static_resources ?? {};
  const chains = listeners.flatMap(({ filter_chains }) => filter_chains ?? []);
  return [...chains, ...clusters]
    .map(({ transport_socket }) => transport_socket?.typed_config?.common_tls_context)
    .flatMap((context) => referencesOf(context))
    .flatMap(({ name, sds_config }) => {
      const path = sds_config?.path_config_source?.path ?? "";
      const file = files.find((candidate) => candidate.path !== undefined && path.endsWith(`/${candidate.path}`));
      const secret = file?.content?.resources?.[0];
      return findingsOf("secret-files", `secret ${name}`)(
        [file === undefined, `no file ${path}`],
        [file !== undefined && secret?.name !== name, `${path} holds the secret ${secret?.name ?? "without a name"}`],
        [
          secret !== undefined && !secret.tls_certificate && !secret.validation_context?.trusted_ca?.filename,
          `${path} holds neither a certificate nor a trusted_ca`,
        ],
        [
          secret !== undefined && !(secret.tls_certificate ?? secret.validation_context)?.watched_directory?.path,
          `${path} has no watched_directory: a swap would not be noticed`,
        ],
      );
    });
}

function referencesOf(context: Unchecked<CommonTlsContext> | undefined): readonly Unchecked<SdsSecret>[] {
  const trust = context?.combined_validation_context?.validation_context_sds_secret_config;
  return [...(context?.tls_certificate_sds_secret_configs ?? []), ...(trust === undefined ? [] : [trust])];
}
