import type { AlertOverrides } from "@metrics-link/prometheus";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { contextOf } from "../stack/context.ts";
import type { JournalFile } from "./journal.ts";
import { drillSettings } from "./settings.ts";

/** Gives the alerts of these stacks the settings of drills; what they were stays in the journal. */
export async function quickenAlerts(sandboxName: string, stacks: readonly Role[], journal: JournalFile): Promise<void> {
  const before = stacks.map((role) => [role, contextOf(role, sandboxName).file.read().prometheus.alerts] as const);
  journal.keepAlerts(Object.fromEntries(before));
  for (const [role, alerts] of before) await setAlerts(role, sandboxName, { ...alerts, ...drillSettings });
}

/** Gives them back what the journal has, if it has something. */
export async function restoreAlerts(sandboxName: string, journal: JournalFile): Promise<void> {
  const { alerts = {} } = journal.read();
  for (const role of roles) if (alerts[role] !== undefined) await setAlerts(role, sandboxName, alerts[role]);
  journal.alertsAreBack();
}

async function setAlerts(role: Role, sandboxName: string, alerts: AlertOverrides): Promise<void> {
  const { file, pulumi } = contextOf(role, sandboxName);
  file.setAlerts(alerts);
  await pulumi.up(role);
}
