export { AccountPki, type AccountPkiArgs, type IssuedPki } from "./account-pki.ts";
export { type ArtifactsArgs, type OfflineAuthority, offlineAuthority } from "./artifacts.ts";
export {
  IntermediateAuthority,
  type IntermediateAuthorityArgs,
  type Issuer,
  isRootOf,
  RootAuthority,
  type RootAuthorityArgs,
  signedIntermediate,
} from "./authorities.ts";
export { isDue, Leaf, type LeafArgs, renewalOf } from "./leaf.ts";
export { type OrderArgs, type PeerTrust, requireOrder } from "./order.ts";
