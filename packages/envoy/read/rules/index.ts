import {
  clientAnchorIsPinned,
  clientCertificateRequired,
  clientNameIsExact,
  clientTls13Only,
  oneChainPerSender,
} from "./clients.ts";
import { namesAreThePeers, noSystemTrustStore, ownCertificate } from "./identities.ts";
import { adminIsLocal, listenersAreComplete, listenersAreKnown } from "./listeners.ts";
import { oneRouteOnly } from "./routes.ts";
import type { Rule } from "./rule.ts";
import { nothingLeavesInClear, serverAnchorIsPinned, serverNameIsExact, serverTls13Only } from "./servers.ts";
import { sharesFit } from "./shares.ts";

/** What the schema does not know has no meaning, so nothing else that is said of it can be relied on. */
const envoyIsKnown = {
  id: "envoy-is-known",
  fence: "client identity",
  rule: "Envoy is told nothing that this product does not know: every key, type and value, in one spelling.",
  reason: "What nobody here knows can open any fence: another filter, another way to choose a chain, a log of keys.",
  remedy:
    "Take it out; if the product needs it, add it to packages/envoy/read/schema with the narrowest values, and to the rules what it can open.",
  source: "docs/decisions/0630",
} as const;

/** Every rule about what an Envoy is told. `envoy-is-known` comes from the schema, the others from the view. */
export const rules = {
  envoyIsKnown,
  adminIsLocal,
  clientAnchorIsPinned,
  clientCertificateRequired,
  clientNameIsExact,
  clientTls13Only,
  listenersAreComplete,
  listenersAreKnown,
  namesAreThePeers,
  noSystemTrustStore,
  nothingLeavesInClear,
  oneChainPerSender,
  oneRouteOnly,
  ownCertificate,
  serverAnchorIsPinned,
  serverNameIsExact,
  serverTls13Only,
  sharesFit,
} as const satisfies Readonly<Record<string, Rule | typeof envoyIsKnown>>;
