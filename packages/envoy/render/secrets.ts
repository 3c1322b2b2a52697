import { hostPaths } from "@metrics-link/release";
import { releaseFiles } from "./release-files.ts";
import { type Typed, typed } from "./typed.ts";

interface WatchedDirectory {
  readonly path: string;
}

/** envoy.extensions.transport_sockets.tls.v3.Secret: one of the two is set. */
export interface Secret {
  readonly name: string;
  readonly tls_certificate?: {
    readonly certificate_chain: { readonly filename: string };
    readonly private_key: { readonly filename: string };
    readonly watched_directory: WatchedDirectory;
  };
  readonly validation_context?: {
    readonly trusted_ca: { readonly filename: string };
    readonly watched_directory: WatchedDirectory;
  };
}

/** The content of an SDS file: a DiscoveryResponse with exactly one secret. */
export interface SecretFile {
  readonly path: string;
  readonly content: { readonly resources: readonly [Typed<Secret>] };
}

export const leafSecret = "leaf";
export const trustSecret = (peer: string) => `trusted-ca-${peer}`;

/** Envoy sees only moves, so it watches the directory in which the symlink `current` is replaced by rename(2). */
const watchedDirectory: WatchedDirectory = { path: hostPaths.base };

const underCurrent = (file: string) => ({ filename: `${hostPaths.current}/${file}` });

/** Our leaf with its chain and key, read together: a pair that does not fit is refused and the old one kept. */
export function leafSecretFile(): SecretFile {
  return secretFile(releaseFiles.leafSecret, {
    name: leafSecret,
    tls_certificate: {
      certificate_chain: underCurrent(releaseFiles.certificateChain),
      private_key: underCurrent(releaseFiles.privateKey),
      watched_directory: watchedDirectory,
    },
  });
}

/** The root bundle of one peer, alone in its secret. */
export function trustSecretFile(peer: string): SecretFile {
  return secretFile(releaseFiles.trustSecret(peer), {
    name: trustSecret(peer),
    validation_context: {
      trusted_ca: underCurrent(releaseFiles.root(peer)),
      watched_directory: watchedDirectory,
    },
  });
}

function secretFile(path: string, secret: Secret): SecretFile {
  return {
    path,
    content: { resources: [typed("envoy.extensions.transport_sockets.tls.v3.Secret", secret)] },
  };
}
