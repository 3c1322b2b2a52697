export { type Authorisation, enforcedBy } from "./authorisation.ts";
export { deployerPolicies, readerPolicies } from "./calls/stacks.ts";
export { LATER_DEBIAN_13_IMAGE } from "./catalogue.ts";
export { Cloud } from "./cloud.ts";
export { cloudRoutes } from "./routes.ts";
