export {
  type GateConfiguration,
  type GateConfigurationFile,
  readConfiguration,
  type SenderTerms,
} from "./configuration.ts";
export type { Counts } from "./limits.ts";
export { type RefusalReason, refusalReasons } from "./reasons.ts";
export { type SenderUse, Usages } from "./usages.ts";
export { type Protocol, protocols, type Verdict, verify } from "./verify.ts";
