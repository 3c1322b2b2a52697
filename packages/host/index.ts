export { type AgentBundle, bundleAgent, bundleRepairer } from "./agent-bundle.ts";
export { Host } from "./host.ts";
export type { HostArgs, SecretFile } from "./host-args.ts";
export { type LocatedArtifact, locateArtifacts } from "./located-artifacts.ts";
export { bucketName, hostNames } from "./names.ts";
export { ReleaseStore, type ReleaseStoreArgs } from "./release-store.ts";
export type { ServiceSet } from "./service-set.ts";
export { type StandardServicesArgs, standardServices } from "./services.ts";
