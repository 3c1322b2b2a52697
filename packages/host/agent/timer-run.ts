import { releaseKeys, releasePointerSchema } from "@metrics-link/release";
import { recall } from "../common/memory.ts";
import { type Context, converge } from "./converge.ts";
import { type Effects, MissingObject } from "./effects.ts";
import { nothingReported, type Report } from "./report.ts";
import type { HandedOver } from "./steps/runtime.ts";

/**
 * What the timer does: brings the host to the release that the bucket points at. One that this host has refused is left
 * alone until another is published or somebody asks for it; meanwhile the last good one is kept as it should be.
 */
export async function timerRun(context: Context): Promise<Report | HandedOver> {
  const { effects, identity } = context;
  const memory = await recall(effects.root);
  const inForce = memory.held?.releaseId ?? memory.lastGood;
  let bucketUnread: string | undefined;
  const pointed = await pointer(effects, identity.host).catch((error: unknown) => {
    // Without the bucket a host still keeps what it has as it should be.
    if (inForce === undefined && !(error instanceof MissingObject)) throw error;
    bucketUnread = (error as Error).message;
    console.error(`The pointer to the release cannot be read: ${bucketUnread}`);
    return undefined;
  });
  const leftAlone = pointed === memory.refused?.releaseId && inForce !== undefined;
  const target = pointed === undefined || leftAlone ? inForce : pointed;
  if (target === undefined) return nothingReported(context, memory, "noRelease");
  const found = await converge(target, context);
  return "exitCode" in found ? found : { ...found, bucketUnread, ...(leftAlone ? { leftAlone: pointed } : {}) };
}

async function pointer(effects: Effects, host: string): Promise<string> {
  const text = await effects.getObject(releaseKeys.current(host));
  return releasePointerSchema.parse(JSON.parse(text.toString())).releaseId;
}
