import type { Sandbox } from "../../cli/sandbox.ts";
import type { Fault } from "./fault.ts";

/** Whoever is to hear of alerts is gone. */
export const alertmanagerDown = ({ world }: Sandbox): Fault => ({
  inject: () => world.alertmanager("off"),
  heal: () => world.alertmanager("on"),
});
