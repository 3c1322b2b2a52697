// Run Command for scripts that must start fast: nothing here loads Pulumi.
export { type Clock, type Management, managementOf, runCommand, systemClock } from "./run-command.ts";
