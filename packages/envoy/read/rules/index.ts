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
import { servicesAreDeclared } from "./services.ts";
import { sharesFit } from "./shares.ts";

/** The other rules cannot judge a setting that the schema does not know. */
const envoyIsKnown = {
  id: "envoy-is-known",
  fence: "client identity",
  rule: "Envoy's configuration has only known keys, types and values, each in one spelling.",
  reason: "An unknown setting can open any fence: another filter, another filter chain match, a TLS key log.",
  remedy:
    "Remove it. If the product needs it, add it to packages/envoy/read/schema with the narrowest values, and add a rule for what it can open.",
  source: "docs/decisions/0630",
} as const;

/** Every rule on Envoy's configuration. The schema decides `envoy-is-known`; the others check the view. */
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
  servicesAreDeclared,
  sharesFit,
} as const satisfies Readonly<Record<string, Rule | typeof envoyIsKnown>>;
