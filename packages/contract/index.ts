export * from "./cache-directory.ts";
export * from "./configuration.ts";
export * from "./errors.ts";
export * from "./fingerprint.ts";
export * from "./host-paths.ts";
export * from "./outputs.ts";
export * from "./ports.ts";
export * from "./remote-write.ts";
