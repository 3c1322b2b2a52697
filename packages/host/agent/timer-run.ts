import { releaseKeys, releasePointerSchema } from "@metrics-link/contract/release.ts";
import { converge } from "./converge.ts";
import { type Effects, MissingObject } from "./effects.ts";
import { recall } from "./memory.ts";
import type { Report } from "./report.ts";
import type { HostIdentity, Self } from "./run.ts";
import type { HandedOver } from "./steps/runtime.ts";

/**
 * What the timer does: brings the host to the release that the bucket points at. One that this host has refused is left
 * alone until another is published or somebody asks for it; meanwhile the last good one is kept as it should be.
 */
export async function timerRun(context: {
  readonly identity: HostIdentity;
  readonly self: Self;
  readonly effects: Effects;
}): Promise<Report | HandedOver> {
  const { effects, identity, self } = context;
  const memory = await recall(effects.root);
  const pointed = await pointer(effects, identity.host).catch((error: unknown) => {
    // Without the bucket a host still keeps what it has as it should be.
    if (memory.lastGood === undefined && !(error instanceof MissingObject)) throw error;
    console.error(`The pointer to the release cannot be read: ${(error as Error).message}`);
    return undefined;
  });
  const leftAlone = pointed === memory.refused?.releaseId && memory.lastGood !== undefined;
  const target = pointed === undefined || leftAlone ? memory.lastGood : pointed;
  if (target !== undefined) return converge(target, context);
  return {
    outcome: "noRelease",
    refused: memory.refused,
    agent: self.agentSha256,
    startedAt: new Date(effects.now()).toISOString(),
    seconds: 0,
    actions: {},
    drifted: [],
    reasons: [],
    passages: [],
  };
}

async function pointer(effects: Effects, host: string): Promise<string> {
  const text = await effects.getObject(releaseKeys.current(host));
  return releasePointerSchema.parse(JSON.parse(text.toString())).releaseId;
}
