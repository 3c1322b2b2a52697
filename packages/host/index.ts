export { type AgentBundle, bundleAgent, bundleRepairer } from "./bundle/index.ts";
export { Host } from "./cloud/host.ts";
export type { HostArgs, SecretFile } from "./cloud/host-args.ts";
export { bucketName, hostNames } from "./cloud/host-args.ts";
export { type LocatedArtifact, locateArtifacts, ReleaseStore, type ReleaseStoreArgs } from "./cloud/release-store.ts";
export { type StandardServicesArgs, standardServices } from "./cloud/services.ts";
export type { ServiceSet } from "./cloud/units.ts";
