import { upstreamContexts } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";
import { pinnedAnchors } from "../model/tls.ts";

export const serverAnchorIsPinned = releaseRule(
  {
    name: "server-anchor-is-pinned",
    fence: "server identity",
    rule: "The sender's Envoy believes the receiver's pinned roots and nothing else.",
    reason: "Any other root could vouch for the receiver's name, and its holder be sent every sample.",
    remedy:
      "Anchor the cluster at the one bundle of the receiver, whose fingerprints stand in peer.rootFingerprints of the configuration.",
    source: "docs/architecture.md, fence 3; RFC 5280 section 6.1.1 (d)",
  },
  function* (release, { configuration }) {
    const pinned = configuration.role === "sender" ? (configuration.peer.rootFingerprints ?? []) : [];
    for (const envoy of release.envoys) {
      for (const { where, context } of upstreamContexts(envoy ?? {})) {
        yield* pinnedAnchors(where, release, context, pinned);
      }
    }
  },
);
