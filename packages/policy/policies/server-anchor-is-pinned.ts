import { rules } from "@metrics-link/envoy/read/index.ts";
import { envoyPolicy } from "../model/envoy.ts";

export const serverAnchorIsPinned = envoyPolicy(rules.serverAnchorIsPinned);
