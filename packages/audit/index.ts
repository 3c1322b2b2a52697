export { type Audit, audit, exitCodes, rowsWith, type Section } from "./audit.ts";
export type {
  AuditEvidence,
  Change,
  Contract,
  Declared,
  Deviation,
  EvidencePart,
  Group,
  Observed,
  PeerEvidence,
  StackEvidence,
  Update,
} from "./evidence.ts";
export { outcomeOf } from "./outcome.ts";
export { page } from "./page/page.ts";
export type { Row, Status } from "./rows.ts";
export { summary } from "./summary.ts";
