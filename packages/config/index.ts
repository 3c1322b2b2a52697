export { snapshotRoleOf } from "./account.ts";
export {
  type Beyond,
  configurationKey,
  configurationNamespace,
  configurationOf,
  type ExporterFile,
  isExchange,
  parseConfiguration,
  parseExchange,
  parseExporterFile,
  parseServicesFile,
  type ServicesFile,
} from "./configuration.ts";
export type { ExchangeConfiguration } from "./exchange.ts";
export { type FleetFile, fleetFolder, isFleetFile, mostSenders, senderFileText, senderInFile } from "./fleet.ts";
export { leafPurposesOf } from "./leaf-purposes.ts";
export { networkPortOf, scrapedListeners, scrapersOf } from "./listeners.ts";
export { isKeepRule, keepRule } from "./policy.ts";
export { type RuleName, rules } from "./rules/index.ts";
export {
  type Configuration,
  configurationSchemas,
  type ReceiverConfiguration,
  type SenderConfiguration,
} from "./schema.ts";
export { isSecretKey, secretPathsIn } from "./secret-keys.ts";
export { type Source, stackFileSource } from "./source.ts";
