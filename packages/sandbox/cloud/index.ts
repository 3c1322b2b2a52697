export { enforcedBy } from "./authorisation.ts";
export { LATER_DEBIAN_13_IMAGE } from "./catalogue.ts";
export { Cloud } from "./cloud.ts";
export { cloudRoutes } from "./routes.ts";
