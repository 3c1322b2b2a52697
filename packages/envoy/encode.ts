import { InvalidInputError } from "@metrics-link/contract/errors.ts";
import { certificatesOf, unlessOtherText } from "@metrics-link/contract/fingerprint.ts";
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
 * A peer's roots are encoded anew here as well: what Envoy reads as an anchor and we do not, cannot be published.
 * @throws InvalidInputError when the configuration would open a fence, or a peer's roots are missing or more than that
 */
export function envoyFiles(rendering: Rendering, material: PublicMaterial): HostFile[] {
  requireSound(rendering, material);
  return [
    file(releaseFiles.bootstrap, toYaml(rendering.bootstrap)),
    file(releaseFiles.staticTwin, toYaml(rendering.staticTwin)),
    ...rendering.secrets.map(({ path, content }) => file(path, toYaml(content))),
    file(releaseFiles.certificateChain, material.certificateChain),
    ...Object.entries(material.rootBundles).map(([peer, pem]) =>
      file(releaseFiles.root(peer), certificatesOf(pem).join("")),
    ),
  ];
}

function requireSound(rendering: Rendering, material: PublicMaterial): void {
  const anchors = rendering.secrets.flatMap(({ content }) => content.resources[0].validation_context?.trusted_ca ?? []);
  const given = Object.keys(material.rootBundles).map(releaseFiles.root);
  const problems = [
    ...Object.entries(material.rootBundles).flatMap(([peer, pem]) => {
      const remedy = unlessOtherText<string | undefined>(
        () => (certificatesOf(pem).length > 0 ? undefined : "it holds no certificate"),
        (why) => why,
      );
      return remedy === undefined ? [] : [{ key: releaseFiles.root(peer), value: pem, remedy }];
    }),
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
