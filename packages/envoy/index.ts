export { toJson } from "./read/index.ts";

export type { Bootstrap } from "./render/bootstrap.ts";

export { defaultLimits, fleetSizes, type Limits } from "./render/limits.ts";
export { envoyFlags, releaseFiles, validateFlags } from "./render/process.ts";
export { envoyFiles, type PublicMaterial, type Rendering, requireSound } from "./render/publish.ts";
export { renderReceiver } from "./render/receiver.ts";
export { renderSender } from "./render/sender.ts";
export { type LocalService, listenerOf, type MetricsService, type QueryService } from "./render/service-input.ts";
export { renderServices } from "./render/services.ts";
export { escapeRe2, leafSecret, trustSecret } from "./render/tls.ts";
