import { rules } from "@metrics-link/envoy/read/index.ts";
import { envoyFindings, saidBy } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";

export const listenersAreKnown = releaseRule(saidBy(rules.listenersAreKnown), function* (release, { configuration }) {
  for (const envoy of release.envoys) {
    // Then nothing is known of its listeners, nor of anything else.
    if (envoy === undefined) yield "a unit runs Envoy with a configuration that is not a file of this release";
    else yield* envoyFindings(release, envoy, configuration, rules.listenersAreKnown.id);
  }
});
