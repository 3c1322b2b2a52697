import { hostPaths } from "@metrics-link/release";
import { releaseFiles } from "./release-files.ts";
import { leafSecret, trustSecret } from "./secrets.ts";
import type { CommonTlsContext, SdsSecret, ValidationContext } from "./tls-context.ts";

/** Where a TLS context takes its certificate and its trust from. */
export interface Material {
  certificate(): Pick<CommonTlsContext, "tls_certificates" | "tls_certificate_sds_secret_configs">;
  trust(
    peer: string,
    checks: ValidationContext,
  ): Pick<CommonTlsContext, "validation_context" | "combined_validation_context">;
}

/** What runs: SDS files below `current`, re-read when the symlink is swapped. */
export const swappable: Material = {
  certificate: () => ({
    tls_certificate_sds_secret_configs: [sds(leafSecret, releaseFiles.leafSecret)],
  }),
  trust: (peer, checks) => ({
    combined_validation_context: {
      default_validation_context: checks,
      validation_context_sds_secret_config: sds(trustSecret(peer), releaseFiles.trustSecret(peer)),
    },
  }),
};

/**
 * What `envoy --mode validate` can see through: it opens files that are named in the bootstrap, but not those behind
 * SDS. The paths are relative, because a release is validated in its own directory before it becomes `current`.
 */
export const inPlace: Material = {
  certificate: () => ({
    tls_certificates: [
      {
        certificate_chain: { filename: releaseFiles.certificateChain },
        private_key: { filename: releaseFiles.privateKey },
      },
    ],
  }),
  trust: (peer, checks) => ({
    validation_context: { trusted_ca: { filename: releaseFiles.root(peer) }, ...checks },
  }),
};

function sds(name: string, file: string): SdsSecret {
  return {
    name,
    sds_config: { resource_api_version: "V3", path_config_source: { path: `${hostPaths.current}/${file}` } },
  };
}
