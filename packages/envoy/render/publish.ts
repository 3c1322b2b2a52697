import { certificatesOf, InvalidInputError, type Problem, unlessOtherText } from "@metrics-link/contract";
import { type HostFile, hostUsers, textsOf } from "@metrics-link/release";
import { find, readFiles, toJson } from "../read/index.ts";
import type { Bootstrap } from "./bootstrap.ts";
import type { Listener } from "./listeners.ts";
import type { Typed } from "./messages.ts";
import { releaseFiles } from "./process.ts";
import type { SecretFile } from "./tls.ts";

/** The public part of the PKI that this host needs. */
export interface PublicMaterial {
  /** PEM of our own leaf, then of the intermediate; never the root. Empty on a machine without a link. */
  readonly certificateChain: string;
  /** PEM of each peer's root certificates, by the peer's name. */
  readonly rootBundles: Readonly<Record<string, string>>;
  /** Of each listener that is not the link's, by its name: PEM of its leaf with its chain, empty if a release has it anyhow, and of its clients' roots. */
  readonly services?: Readonly<Record<string, { readonly certificateChain: string; readonly roots: string }>>;
}

/**
 * The files of a release that make up Envoy's configuration: all but the private key, which comes as a secret. They are
 * JSON, which Envoy tells by the name's end: it has one spelling of each value, where YAML has several. A peer's roots are
 * encoded anew here as well: what Envoy reads as an anchor and we do not, cannot be published.
 * @throws InvalidInputError when the configuration would open a fence, or a peer's roots are missing or more than that
 */
export function envoyFiles(rendering: Rendering, material: PublicMaterial): HostFile[] {
  const files = encodedFiles(rendering, material);
  requireSound(files);
  return files;
}

/**
 * The same files without the check, for tests that shorten a limit. Publish only what `envoyFiles` returns.
 */
export function encodedFiles(rendering: Rendering, material: PublicMaterial): HostFile[] {
  return [
    file(releaseFiles.bootstrap, toJson(rendering.bootstrap)),
    ...(rendering.ingest === undefined ? [] : [file(releaseFiles.ingest, toJson(rendering.ingest))]),
    ...rendering.secrets.map(({ path, content }) => file(path, toJson(content))),
    ...(material.certificateChain === "" ? [] : [file(releaseFiles.certificateChain, material.certificateChain)]),
    ...Object.entries(material.rootBundles).map(([peer, pem]) =>
      file(releaseFiles.root(peer), encodedAnew(releaseFiles.root(peer), pem)),
    ),
    ...Object.entries(material.services ?? {}).flatMap(([listener, { certificateChain, roots }]) => {
      const files = releaseFiles.service(listener);
      return [
        ...(certificateChain === ""
          ? []
          : [file(files.certificateChain, encodedAnew(files.certificateChain, certificateChain))]),
        file(files.roots, encodedAnew(files.roots, roots)),
      ];
    }),
  ];
}

const unsafe = (problems: readonly Problem[]) =>
  new InvalidInputError("Envoy's configuration is not safe to publish", problems, "ENVOY_CONFIGURATION_INVALID");

/** @throws InvalidInputError when anything but certificates stands in a bundle */
const encodedAnew = (path: string, pem: string): string =>
  unlessOtherText(
    () => certificatesOf(pem).join(""),
    (remedy) => {
      throw unsafe([{ key: path, value: pem, remedy }]);
    },
  );

/**
 * The gate in front of publishing: reads the files as they would be published, with the reader that the policies, the
 * review, the host and the audit use.
 * @throws InvalidInputError naming every place that opens a fence or is not known
 */
export function requireSound(files: readonly HostFile[]): void {
  const lookup = textsOf(files);
  const problems = find(readFiles(lookup, releaseFiles.bootstrap), { lookup }).map(({ rule, path, message }) => ({
    key: path,
    value: message,
    remedy: `what the rule ${rule} of packages/envoy/read allows`,
  }));
  if (problems.length > 0) throw unsafe(problems);
}

/** Root owns and writes; Envoy's user only reads. */
const file = (path: string, content: string): HostFile => ({
  path,
  content,
  mode: "0640",
  owner: "root",
  group: hostUsers.envoy,
});

/** One Envoy's configuration as objects. */
export interface Rendering {
  /** What runs: certificates by SDS, and on a receiver the ingest listener by LDS. */
  readonly bootstrap: Bootstrap;
  /** The content of a receiver's listener file: one listener, or none while nobody is admitted. */
  readonly ingest?: { readonly resources: readonly Typed<Listener>[] };
  readonly secrets: readonly SecretFile[];
}
