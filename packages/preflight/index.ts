export { priceTable } from "./cost.ts";
export {
  type Answer,
  type Backend,
  type Caller,
  type Connection,
  type EndpointService,
  type Evidence,
  type EvidenceOfAny,
  type ExchangeEvidence,
  type Image,
  type InstanceType,
  type Plugin,
  passphrase,
  type SecretsProvider,
  type SnapshotRole,
} from "./evidence.ts";
export { needsOf } from "./needs.ts";
export { exitCodes, preflight, reportOf } from "./preflight.ts";
