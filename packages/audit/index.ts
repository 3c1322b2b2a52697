export { type Audit, audit, exitCodes, findingsOf, outcomeOf, summary } from "./audit.ts";
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
export { page } from "./page/page.ts";
