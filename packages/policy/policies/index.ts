// Written by `npm run -s generate` from the files of this folder.
import type { Policy } from "../model/policy.ts";
import { accountIsBound } from "./account-is-bound.ts";
import { addressesAreKept } from "./addresses-are-kept.ts";
import { addressesArePinned } from "./addresses-are-pinned.ts";
import { addressesAreThePeers } from "./addresses-are-the-peers.ts";
import { adminIsLocal } from "./admin-is-local.ts";
import { authoritiesSignAndNoMore } from "./authorities-sign-and-no-more.ts";
import { balancerIsFenced } from "./balancer-is-fenced.ts";
import { balancerPassesTls } from "./balancer-passes-tls.ts";
import { bucketIsPrivate } from "./bucket-is-private.ts";
import { bucketIsTlsOnly } from "./bucket-is-tls-only.ts";
import { bucketIsVersioned } from "./bucket-is-versioned.ts";
import { changesAreTheDeployers } from "./changes-are-the-deployers.ts";
import { clientAnchorIsPinned } from "./client-anchor-is-pinned.ts";
import { clientCertificateRequired } from "./client-certificate-required.ts";
import { clientNameIsExact } from "./client-name-is-exact.ts";
import { clientTls13Only } from "./client-tls-13-only.ts";
import { dataIsKept } from "./data-is-kept.ts";
import { defaultGroupIsClosed } from "./default-group-is-closed.ts";
import { deviationsAreWritten } from "./deviations-are-written.ts";
import { disksAreEncrypted } from "./disks-are-encrypted.ts";
import { egressToReceiverOnly } from "./egress-to-receiver-only.ts";
import { endpointsAreDeclared } from "./endpoints-are-declared.ts";
import { envoyIsKnown } from "./envoy-is-known.ts";
import { filesAreKnown } from "./files-are-known.ts";
import { hostsArePrivate } from "./hosts-are-private.ts";
import { hostsStandApart } from "./hosts-stand-apart.ts";
import { hostsUseImdsV2 } from "./hosts-use-imds-v2.ts";
import { ingressFromSendersOnly } from "./ingress-from-senders-only.ts";
import { keysAreP256 } from "./keys-are-p256.ts";
import { leavesHaveOneSide } from "./leaves-have-one-side.ts";
import { lifetimesAreBounded } from "./lifetimes-are-bounded.ts";
import { listenersAreComplete } from "./listeners-are-complete.ts";
import { listenersAreKnown } from "./listeners-are-known.ts";
import { namesAreThePeers } from "./names-are-the-peers.ts";
import { noKeyMaterial } from "./no-key-material.ts";
import { noLogin } from "./no-login.ts";
import { noRootKey } from "./no-root-key.ts";
import { noSystemTrustStore } from "./no-system-trust-store.ts";
import { nothingLeavesInClear } from "./nothing-leaves-in-clear.ts";
import { oneChainPerSender } from "./one-chain-per-sender.ts";
import { oneEgressAddress } from "./one-egress-address.ts";
import { oneRouteOnly } from "./one-route-only.ts";
import { outputsArePublic } from "./outputs-are-public.ts";
import { pointerIsTheRelease } from "./pointer-is-the-release.ts";
import { prefixListIsS3 } from "./prefix-list-is-s3.ts";
import { prometheusIsKnown } from "./prometheus-is-known.ts";
import { prometheusOnLoopback } from "./prometheus-on-loopback.ts";
import { propertiesAreKnown } from "./properties-are-known.ts";
import { releaseIsItsHash } from "./release-is-its-hash.ts";
import { rightsAreNarrow } from "./rights-are-narrow.ts";
import { rolesAreBounded } from "./roles-are-bounded.ts";
import { rootsDiffer } from "./roots-differ.ts";
import { secretsHaveTheirOwnKey } from "./secrets-have-their-own-key.ts";
import { servedChainIsOurs } from "./served-chain-is-ours.ts";
import { serverAnchorIsPinned } from "./server-anchor-is-pinned.ts";
import { serverNameIsExact } from "./server-name-is-exact.ts";
import { serverTls13Only } from "./server-tls-13-only.ts";
import { sharesFit } from "./shares-fit.ts";
import { suspendedPeersAreOut } from "./suspended-peers-are-out.ts";
import { toolsArePinned } from "./tools-are-pinned.ts";
import { typesAreKnown } from "./types-are-known.ts";
import { unitsAreKnown } from "./units-are-known.ts";
import { writesGoThroughEnvoy } from "./writes-go-through-envoy.ts";

/** What may be deviated from: everything but the rule about deviations. */
const rules: readonly Policy[] = [
  accountIsBound,
  addressesAreKept,
  addressesArePinned,
  addressesAreThePeers,
  adminIsLocal,
  authoritiesSignAndNoMore,
  balancerIsFenced,
  balancerPassesTls,
  bucketIsPrivate,
  bucketIsTlsOnly,
  bucketIsVersioned,
  changesAreTheDeployers,
  clientAnchorIsPinned,
  clientCertificateRequired,
  clientNameIsExact,
  clientTls13Only,
  dataIsKept,
  defaultGroupIsClosed,
  disksAreEncrypted,
  egressToReceiverOnly,
  endpointsAreDeclared,
  envoyIsKnown,
  filesAreKnown,
  hostsArePrivate,
  hostsStandApart,
  hostsUseImdsV2,
  ingressFromSendersOnly,
  keysAreP256,
  leavesHaveOneSide,
  lifetimesAreBounded,
  listenersAreComplete,
  listenersAreKnown,
  namesAreThePeers,
  noKeyMaterial,
  noLogin,
  noRootKey,
  noSystemTrustStore,
  nothingLeavesInClear,
  oneChainPerSender,
  oneEgressAddress,
  oneRouteOnly,
  outputsArePublic,
  pointerIsTheRelease,
  prefixListIsS3,
  prometheusIsKnown,
  prometheusOnLoopback,
  propertiesAreKnown,
  releaseIsItsHash,
  rightsAreNarrow,
  rolesAreBounded,
  rootsDiffer,
  secretsHaveTheirOwnKey,
  servedChainIsOurs,
  serverAnchorIsPinned,
  serverNameIsExact,
  serverTls13Only,
  sharesFit,
  suspendedPeersAreOut,
  toolsArePinned,
  typesAreKnown,
  unitsAreKnown,
  writesGoThroughEnvoy,
];

/** Every policy of the pack. */
export const policies: readonly Policy[] = [...rules, deviationsAreWritten(rules.map(({ name }) => name))];
