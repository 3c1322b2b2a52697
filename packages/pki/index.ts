export { AccountPki, type AccountPkiArgs, type IssuedPki } from "./account-pki.ts";
export { type OfflineAuthority, offlineAuthority } from "./artifacts.ts";
export {
  isRootOf,
  RootAuthority,
  signedIntermediate,
} from "./authorities.ts";
export { isDue, type LeafArgs, renewalOf } from "./leaf.ts";
export { requireOrder } from "./order.ts";
