import type { Configuration } from "@metrics-link/config";
import {
  type Facts,
  find,
  type Peer,
  type RuleId,
  type rules,
  sentence,
  type Told,
} from "@metrics-link/envoy/read/index.ts";
import type { ResourceRule } from "./policy.ts";
import { type PublishedRelease, releaseRule } from "./release.ts";

type Rule = (typeof rules)[keyof typeof rules];

/** What a policy says of itself is what the rule says of itself. */
export const saidBy = ({ id, fence, rule, reason, remedy, source }: Rule) => ({
  name: id,
  fence,
  rule,
  reason,
  remedy,
  source,
});

/** The policy that a rule of the table makes: asked of every Envoy of a release before it is published. */
export const envoyPolicy = (rule: Rule): ResourceRule =>
  releaseRule(saidBy(rule), function* (release, { configuration }) {
    for (const envoy of release.envoys) {
      if (envoy !== undefined) yield* envoyFindings(release, envoy, configuration, rule.id);
    }
  });

/** What a rule finds of an Envoy, with what the stack's own configuration says of its peers. */
export function* envoyFindings(
  release: PublishedRelease,
  envoy: Told,
  configuration: Configuration,
  id: RuleId,
  peers: readonly Peer[] = declaredPeers(configuration),
): Generator<string> {
  const facts: Facts = { role: configuration.role, lookup: (path) => release.file(path), peers };
  yield* find(envoy, facts, (one) => one === id).map(sentence);
}

/** The peers by name and pins; what else is known of them stands in their contracts. */
function declaredPeers(configuration: Configuration): readonly Peer[] {
  if (configuration.role === "receiver") {
    return configuration.senders.map(({ name, rootFingerprints }) => ({ name, fingerprints: rootFingerprints }));
  }
  return [{ name: "receiver", fingerprints: configuration.peer.rootFingerprints ?? [] }];
}
