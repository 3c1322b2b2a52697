/** What a ceremony reads and checks, without Pulumi: the scripts of a ceremony start in a moment. */
export { yearsInHours } from "../lifetimes.ts";
export { type Authority, readAuthority, signedProblems, signerProblems } from "./certificate.ts";
export { type Request, readRequest, requestProblems } from "./request.ts";
export { parseRootConfiguration, type RootConfiguration, rootNamespace } from "./root-configuration.ts";
