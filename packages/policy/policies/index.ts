import type { Policy } from "../model/policy.ts";
import { hostsUseImdsV2 } from "./hosts-use-imds-v2.ts";

/** Every policy of the pack, by fence. */
export const policies: readonly Policy[] = [hostsUseImdsV2];
