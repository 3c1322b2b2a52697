/** moto keeps nothing: after a crash or a reboot the cloud's record describes resources that it no longer has. */

import { existsSync, readFileSync } from "node:fs";
import { parseJson } from "@metrics-link/contract";
import { z } from "zod";
import type { Layout } from "../model/layout.ts";

/** Refuses to go on with a record of resources that the AWS API has forgotten. */
export function refuseForgottenCloud(layout: Layout): void {
  if (!existsSync(layout.cloudFile)) return;
  const file = z.object({ resources: z.array(z.unknown()).default([]) });
  const { resources } = parseJson(file, readFileSync(layout.cloudFile, "utf8"), layout.cloudFile);
  if (resources.length === 0) return;
  throw new Error(
    `the sandbox ended with ${resources.length} resources, and its AWS API has forgotten them: ` +
      "run `npm run -s sandbox -- down`, then up again",
  );
}
