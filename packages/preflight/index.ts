export { priceTable } from "./cost.ts";
export type {
  Answer,
  Backend,
  Caller,
  EndpointService,
  Evidence,
  Image,
  InstanceType,
  Plugin,
  SecretsProvider,
} from "./evidence.ts";
export { needsOf } from "./needs.ts";
export { exitCodes, preflight, reportOf } from "./preflight.ts";
