export { type AgentBundle, bundleAgent, bundleRepairer } from "./cloud/agent-bundle.ts";
export { Host } from "./cloud/host.ts";
export type { HostArgs, SecretFile } from "./cloud/host-args.ts";
export { type LocatedArtifact, locateArtifacts } from "./cloud/located-artifacts.ts";
export { bucketName, hostNames } from "./cloud/names.ts";
export { ReleaseStore, type ReleaseStoreArgs } from "./cloud/release-store.ts";
export type { ServiceSet } from "./cloud/service-set.ts";
export { type StandardServicesArgs, standardServices } from "./cloud/services.ts";
