import type { Sandbox } from "../../cli/sandbox.ts";
import type { Fault } from "./fault.ts";

/** The Alertmanager is down. */
export const alertmanagerDown = ({ world }: Sandbox): Fault => ({
  inject: () => world.alertmanager("off"),
  heal: () => world.alertmanager("on"),
});
