export * from "./configuration.ts";
export * from "./endpoint-services.ts";
export * from "./keep-rule.ts";
export * from "./peers.ts";
export * from "./pulumi.ts";
export * from "./values.ts";
