import { type AlertName, alertSettings } from "@metrics-link/prometheus";
import { auditCases } from "./audit-cases.ts";
import type { Case } from "./case.ts";
import { gateCases } from "./gate-cases.ts";
import { hostCases } from "./host-cases.ts";
import { linkCases } from "./link-cases.ts";
import { patchingCases } from "./patching-cases.ts";
import { serviceCases } from "./service-cases.ts";

/** When each alert fires, and when it does not. */
export const cases: Readonly<Record<AlertName, Case | readonly Case[]>> = {
  ...linkCases,
  ...gateCases,
  ...hostCases,
  ...serviceCases,
  ...patchingCases,
  ...auditCases,
};

export const alertNames = Object.keys(alertSettings) as AlertName[];
