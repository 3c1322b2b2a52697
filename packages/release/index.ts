export {
  type Architecture,
  type Artifact,
  cacheDirectory,
  hostPlatforms,
  parseArtifactIndex,
  pinsFor,
  requireForArm,
  requirePinned,
  suffixOf,
  type ToolPin,
} from "./artifacts.ts";
export {
  type AuditFence,
  type AuditOutcome,
  auditFences,
  egressCheck,
  packAuditOutcome,
  unpackAuditOutcome,
} from "./audit-outcome.ts";
export {
  commandOutputLimit,
  type EvidencePart,
  type EvidencePartName,
  evidenceParts,
  type HandshakeLine,
  type HostCertificate,
  type HostEvidence,
  hostEvidenceVersion,
  packHostEvidence,
  partsLeftOut,
  unpackHostEvidence,
} from "./evidence.ts";
export { asSent, type FixedLabel, fixedLabels, keptPrefix } from "./identity-labels.ts";
export { packedRelease, releaseTextIn, unpackedRelease } from "./packed.ts";
export {
  type HostFile,
  hostPaths,
  hostUsers,
  ownScrapeSecrets,
  scrapeSecretFolder,
  scrapeSecretName,
  unitFolder,
} from "./paths.ts";
export { type QueryRoutes, queryLimits, queryRoutes } from "./queries.ts";
export {
  canonicalJson,
  canonicalRelease,
  parseRelease,
  parseReleaseHead,
  releaseIdOf,
  releaseKeys,
  sha256,
  textsOf,
} from "./release.ts";
export {
  type ChangeAction,
  type Check,
  changeActions,
  hostNameText,
  type Probe,
  type ProbeSpec,
  type Release,
  type ReleaseFile,
  type ReleaseHead,
  type ReleaseInput,
  type ReleaseSecret,
  type ReleaseService,
  type ReleaseTool,
  releaseFormatVersion,
  releasePointerSchema,
  type ServiceSpec,
  sha256Text,
} from "./schema.ts";
export { isSecretField, secretFieldsOf, secretsInClear, withoutSecrets } from "./secret-fields.ts";
export { isPagePath, isServicePort, isServiceServer, ownPage } from "./service.ts";
export {
  defaultFirstUnprivilegedPort,
  firstUnprivilegedPort,
  ports,
  queueDefaults,
  remoteWrite,
  secondsOf,
  senderHeader,
} from "./wire.ts";
