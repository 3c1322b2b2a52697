/** The policies of a metrics link, free of side effects: whoever runs Pulumi's engine loads `pack.js`. */
export { type Deviation, isInForce, verdictOn } from "./model/deviations.ts";
export { isUndecidable, isUnderDeviation, undecidable, underDeviation } from "./model/message.ts";
export { type Fence, type Finding, fences, findingsOf, type Policy, type Seen } from "./model/policy.ts";
export { parsePlainYaml } from "./model/yaml.ts";
export { policies } from "./policies/index.ts";
