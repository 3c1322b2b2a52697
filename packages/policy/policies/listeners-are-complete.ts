import { rules } from "@metrics-link/envoy/read/index.ts";
import { envoyPolicy } from "../model/envoy.ts";

export const listenersAreComplete = envoyPolicy(rules.listenersAreComplete);
