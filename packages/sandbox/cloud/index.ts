export type { AwsApi } from "./api.ts";
export { AwsError } from "./aws-error.ts";
export { DEBIAN_13_IMAGE, INTERNET_HOSTS, LATER_DEBIAN_13_IMAGE, REGION, S3_PREFIX_LIST, ZONES } from "./catalogue.ts";
export { Cloud } from "./cloud.ts";
export { cloudRoutes } from "./routes.ts";
