import { downstreamContexts } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";
import { pinnedAnchors } from "../model/tls.ts";

export const clientAnchorIsPinned = releaseRule(
  {
    name: "client-anchor-is-pinned",
    fence: "client identity",
    rule: "The chain of a sender believes that sender's pinned roots and nothing else.",
    reason: "Any other root could vouch for the sender's name, and whoever holds it could write.",
    remedy:
      "Anchor the chain at the one bundle of that sender, whose fingerprints stand in senders[].rootFingerprints of the configuration.",
    source: "docs/architecture.md, fence 2; RFC 5280 section 6.1.1 (d)",
  },
  function* (release, { configuration }) {
    const senders = configuration.role === "receiver" ? configuration.senders : [];
    for (const envoy of release.envoys) {
      for (const { where, chain, context } of downstreamContexts(envoy ?? {})) {
        // The chain for unknown addresses exists for a single sender, and believes that one.
        const sender =
          senders.find(({ name }) => name === chain.name) ??
          (chain.name === "elsewhere" && senders.length === 1 ? senders[0] : undefined);
        yield* pinnedAnchors(where, release, context, sender?.rootFingerprints ?? []);
      }
    }
  },
);
