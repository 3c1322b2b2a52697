export { AccountPki, type AccountPkiArgs, type IssuedPki } from "./account-pki.ts";
export { type ArtefactsArgs, type OfflineAuthority, offlineAuthority } from "./artefacts.ts";
export { IntermediateAuthority, type IntermediateAuthorityArgs } from "./intermediate-authority.ts";
export { Leaf, type LeafArgs } from "./leaf.ts";
export { type OrderArgs, type PeerTrust, requireOrder } from "./order.ts";
export { isDue, renewalOf } from "./renewal.ts";
export { RootAuthority, type RootAuthorityArgs } from "./root-authority.ts";
export { type Issuer, signedIntermediate } from "./signed-intermediate.ts";
