/** Reading and checking for the ceremony, without Pulumi, so that its scripts start quickly. */
export { yearsInHours } from "../lifetimes.ts";
export { type Authority, readAuthority, signedProblems, signerProblems } from "./certificate.ts";
export { type Request, readRequest, requestProblems } from "./request.ts";
export { parseRootConfiguration, type RootConfiguration, rootNamespace } from "./root-configuration.ts";
