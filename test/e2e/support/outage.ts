import { setTimeout as pause } from "node:timers/promises";

/** Lets real time pass: for outages, whose length is what is tested. */
export const outage = (seconds: number): Promise<void> => pause(seconds * 1000);
