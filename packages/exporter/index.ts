export { checkWebConfig, checkWebConfigText, isAdmitting } from "./check.ts";
export { type WebConfigInput, webConfig, webConfigText } from "./web-config.ts";
