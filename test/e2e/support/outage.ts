import { setTimeout as pause } from "node:timers/promises";
import * as units from "@metrics-link/sandbox/testing/faults/units.ts";
import { sandbox } from "./sandbox.ts";

/** Lets real time pass: for outages, whose length is what is tested. */
export const outage = (seconds: number): Promise<void> => pause(seconds * 1000);

/** Stops a unit of a host, and the agent's timer with it, which would start it again within the minute. */
export const stopUnit = (host: string, unit: string): Promise<void> => units.stopUnit(sandbox, host, unit);

export const startUnit = (host: string, unit: string): Promise<void> => units.startUnit(sandbox, host, unit);
