export { AccountPki, type AccountPkiArgs } from "./account-pki.ts";
export { IntermediateAuthority, type IntermediateAuthorityArgs, type Issuer } from "./intermediate-authority.ts";
export { Leaf, type LeafArgs } from "./leaf.ts";
export { RootAuthority, type RootAuthorityArgs } from "./root-authority.ts";
