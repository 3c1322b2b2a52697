/** Path of the bootstrap in a release. */
export const bootstrapPath = "envoy/bootstrap.json";

/** Path of the file with a receiver's public listener. Like every path here it is repeated, not imported from the renderer. */
export const ingestPath = "envoy/lds/ingest.json";
