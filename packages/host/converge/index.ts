// Run Command for scripts that must start fast: nothing here loads Pulumi.
export { assumed } from "./assumed-role.ts";
export { roleToAssume } from "./role-to-assume.ts";
export { type Clock, type Management, managementOf, runCommand, systemClock } from "./run-command.ts";
