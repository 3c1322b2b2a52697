import type { AlertOverrides } from "@metrics-link/prometheus";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { contextOf } from "../stack/context.ts";
import type { JournalFile } from "./journal.ts";
import { drillSettings } from "./settings.ts";

/** Gives the alerts of both stacks the settings of drills; what they were stays in the journal. */
export async function quickenAlerts(sandboxName: string, journal: JournalFile): Promise<void> {
  const found = Object.fromEntries(roles.map((role) => [role, alertsOf(role, sandboxName)]));
  const before = found as Record<Role, AlertOverrides>;
  journal.keepAlerts(before);
  await setAlerts(sandboxName, (role) => ({ ...before[role], ...drillSettings }));
}

/** Gives them back what the journal has, if it has something. */
export async function restoreAlerts(sandboxName: string, journal: JournalFile): Promise<void> {
  const { alerts } = journal.read();
  if (alerts === undefined) return;
  await setAlerts(sandboxName, (role) => alerts[role]);
  journal.alertsAreBack();
}

const alertsOf = (role: Role, sandboxName: string) => contextOf(role, sandboxName).file.read().prometheus.alerts;

/** One update after the other: the machine is a small one. */
async function setAlerts(sandboxName: string, alerts: (role: Role) => AlertOverrides): Promise<void> {
  for (const role of roles) {
    const { file, pulumi } = contextOf(role, sandboxName);
    file.setAlerts(alerts(role));
    await pulumi.up(role);
  }
}
