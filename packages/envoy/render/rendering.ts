import type { Bootstrap } from "./bootstrap.ts";
import type { SecretFile } from "./secrets.ts";

/** One Envoy's configuration as objects. */
export interface Rendering {
  /** What runs: certificates by SDS. */
  readonly bootstrap: Bootstrap;
  /** The same with certificates by file, for `envoy --mode validate`, which does not look behind SDS. */
  readonly staticTwin: Bootstrap;
  readonly secrets: readonly SecretFile[];
}
