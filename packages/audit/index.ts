export { type Audit, audit, exitCodes, findingsOf, outcomeOf, summary } from "./audit.ts";
export type {
  AuditEvidence,
  Change,
  Contract,
  Declared,
  Deviation,
  EvidencePart,
  Facts,
  Group,
  Observed,
  PeerEvidence,
  Snapshots,
  StackEvidence,
  Surrounding,
  Update,
} from "./evidence.ts";
export { surroundings } from "./evidence.ts";
export { page } from "./page/page.ts";
