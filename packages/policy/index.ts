/** The policies of a metrics link, free of side effects. Pulumi's engine loads `pack.js`. */
export {
  isUndecidable,
  isUnderDeviation,
  undecidable,
  verdictOn,
} from "./model/deviations.ts";
export { type Finding, fences, findingsOf, type Policy } from "./model/policy.ts";
export type { Seen } from "./model/resources.ts";
export { parsePlainYaml } from "./model/yaml.ts";
export { exchangePolicies, policies } from "./policies/index.ts";
