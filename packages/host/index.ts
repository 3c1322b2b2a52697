export { type AgentBundle, bundleAgent } from "./bundle/index.ts";
export { exporterFiles } from "./cloud/exporter-service.ts";
export { gateConfiguration, pinsDemanded } from "./cloud/gate-configuration.ts";
export { Host } from "./cloud/host.ts";
export type { HostArgs, SecretFile } from "./cloud/host-args.ts";
export { bucketName, hostNames } from "./cloud/names.ts";
export { exporterUnit, servicesUnit } from "./cloud/other-machines.ts";
export { type LocatedArtifact, locateArtifacts, ReleaseStore } from "./cloud/release-store.ts";
export { type StandardServicesArgs, standardServices } from "./cloud/services.ts";
