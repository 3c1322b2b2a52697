import { type HostFile, hostUsers } from "@metrics-link/contract/host-paths.ts";
import { stringify } from "yaml";
import { releaseFiles } from "./release-files.ts";
import type { Rendering } from "./rendering.ts";

/** YAML without anchors (Envoy's parser and a reviewer's eye are both better off) and without folded lines. */
export function toYaml(value: object): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** PEM of our leaf with its intermediate, and of each peer's roots, by the peer's name. */
export interface PublicMaterial {
  /** Leaf first, then the intermediate; never the root. */
  readonly certificateChain: string;
  readonly rootBundles: Readonly<Record<string, string>>;
}

/** The files of a release that make up Envoy's configuration: all but the private key, which comes as a secret. */
export function envoyFiles(rendering: Rendering, material: PublicMaterial): HostFile[] {
  return [
    file(releaseFiles.bootstrap, toYaml(rendering.bootstrap)),
    file(releaseFiles.staticTwin, toYaml(rendering.staticTwin)),
    ...rendering.secrets.map(({ path, content }) => file(path, toYaml(content))),
    file(releaseFiles.certificateChain, material.certificateChain),
    ...Object.entries(material.rootBundles).map(([peer, pem]) => file(releaseFiles.root(peer), pem)),
  ];
}

/** Root owns and writes; Envoy's user only reads. */
const file = (path: string, content: string): HostFile => ({
  path,
  content,
  mode: "0640",
  owner: "root",
  group: hostUsers.envoy,
});
