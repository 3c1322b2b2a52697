export {
  type GateConfiguration,
  type GateConfigurationFile,
  readConfiguration,
  type SenderTerms,
} from "./configuration.ts";
export { type RefusalReason, refusalReasons } from "./reasons.ts";
export { judge, type RateLimit, type RateLimits, refund, sharesOf, type Usage, usageOf } from "./usage.ts";
export { type Protocol, protocols, type Verdict, verify } from "./verify.ts";
