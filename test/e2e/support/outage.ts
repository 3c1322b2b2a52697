import { setTimeout as pause } from "node:timers/promises";
import { on } from "./sandbox.ts";

/** Lets real time pass: for outages, whose length is what is tested. */
export const outage = (seconds: number): Promise<void> => pause(seconds * 1000);

const timer = "metrics-link-agent.timer";

/** Stops a unit of a host, and the agent's timer with it, which would start it again within the minute. */
export async function stopUnit(host: string, unit: string): Promise<void> {
  await on(host, "systemctl", "stop", timer, unit);
}

export async function startUnit(host: string, unit: string): Promise<void> {
  await on(host, "systemctl", "start", unit, timer);
}
