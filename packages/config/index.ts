export {
  type Configuration,
  configurationNamespace,
  configurationOf,
  configurationSchemas,
  parseConfiguration,
  type ReceiverConfiguration,
  type SenderConfiguration,
} from "./configuration.ts";
export { isKeepRule, keepRule } from "./policy.ts";
export { isSecretKey, secretPathsIn } from "./secrets.ts";
