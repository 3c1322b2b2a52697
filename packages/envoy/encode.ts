import { InvalidInputError } from "@metrics-link/contract/errors.ts";
import { type HostFile, hostUsers } from "@metrics-link/contract/host-paths.ts";
import { stringify } from "yaml";
import { checkRendering } from "./meaning/index.ts";
import { releaseFiles } from "./release-files.ts";
import type { Rendering } from "./rendering.ts";

/** YAML without anchors (Envoy's parser and a reviewer's eye are both better off) and without folded lines. */
export function toYaml(value: object): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** What of the PKI is public and belongs on this host. */
export interface PublicMaterial {
  /** PEM of our own leaf, then of the intermediate; never the root. */
  readonly certificateChain: string;
  /** PEM of each peer's root certificates, by the peer's name. */
  readonly rootBundles: Readonly<Record<string, string>>;
}

/**
 * The files of a release that make up Envoy's configuration: all but the private key, which comes as a secret.
 * @throws InvalidInputError when the configuration would open a fence, or a peer's root is missing
 */
export function envoyFiles(rendering: Rendering, material: PublicMaterial): HostFile[] {
  requireSound(rendering, material);
  return [
    file(releaseFiles.bootstrap, toYaml(rendering.bootstrap)),
    file(releaseFiles.staticTwin, toYaml(rendering.staticTwin)),
    ...rendering.secrets.map(({ path, content }) => file(path, toYaml(content))),
    file(releaseFiles.certificateChain, material.certificateChain),
    ...Object.entries(material.rootBundles).map(([peer, pem]) => file(releaseFiles.root(peer), pem)),
  ];
}

function requireSound(rendering: Rendering, material: PublicMaterial): void {
  const anchors = rendering.secrets.flatMap(({ content }) => content.resources[0].validation_context?.trusted_ca ?? []);
  const given = Object.keys(material.rootBundles).map(releaseFiles.root);
  const problems = [
    ...checkRendering(rendering).map(({ rule, where, message }) => ({ key: where, value: rule, remedy: message })),
    ...anchors
      .filter(({ filename }) => !given.some((path) => filename.endsWith(`/${path}`)))
      .map(({ filename }) => ({ key: filename, value: undefined, remedy: "the root bundle of this peer" })),
  ];
  if (problems.length > 0) throw new InvalidInputError("Envoy's configuration is not safe to publish", problems);
}

/** Root owns and writes; Envoy's user only reads. */
const file = (path: string, content: string): HostFile => ({
  path,
  content,
  mode: "0640",
  owner: "root",
  group: hostUsers.envoy,
});
