export {
  type Block,
  blockOfAddress,
  contains,
  formatAddress,
  isPrivateBlock,
  overlaps,
  parseAddress,
  parseBlock,
  rangeWith,
} from "./blocks.ts";
export {
  type ContractFile,
  contractFileKeys,
  contractFileObject,
  contractFileText,
  mostContractBytes,
  readContractFile,
} from "./contract-file.ts";
export { type ErrorCode, errorCodes } from "./error-codes.ts";
export {
  type ErrorFacts,
  hasCode,
  InvalidInputError,
  LinkError,
  messageOf,
  type Problem,
  problemsFound,
  UsageError,
  valueAt,
} from "./errors.ts";
export {
  certificatesOf,
  fingerprintOf,
  fingerprintsOf,
  NotCertificatesError,
  normaliseFingerprint,
  readCertificates,
  unlessOtherText,
} from "./fingerprint.ts";
export {
  dnsName,
  fingerprint,
  isPeerOfFile,
  matching,
  peerOfFile,
  shortName,
  sourceOf,
  stackName,
  text,
} from "./forms.ts";
export { anyOf, exactly, identitiesIn, identityOf } from "./identities.ts";
export { parseJson } from "./json.ts";
export {
  carries,
  contractIn,
  contractLabelsOutput,
  identityLabels,
  type Labels,
  labelsOfOthers,
  labelsText,
  labelText,
  reservedLabels,
  sameLabels,
  spellingOf,
} from "./labels.ts";
export { type LeafPurpose, leafPurposes, purposeFiles, purposeLabel, purposeNames } from "./leaf-purposes.ts";
export {
  type AcceptedPeer,
  addressesIn,
  endpointPort,
  type PeerOutput,
  type PeerPins,
  type Pins,
  type ReceiverContract,
  readContract,
  readPeer,
  rootBundle,
  type SenderContract,
} from "./outputs.ts";
export {
  artifactNames,
  baseName,
  commonNames,
  identityName,
  leafNames,
  type OwnIdentity,
  type PkiOutput,
  pkiOutput,
  readPkiOutput,
  trustInUs,
} from "./pki-output.ts";
export { printable, printableJson, printableLines, shortened } from "./printable.ts";
export { isDocumentationAddress, isPublicAddress } from "./public-address.ts";
export { rootFault } from "./root-certificate.ts";
export { acceptedOutput, remembered, type SetAside, type Standing, standingOf, wasAccepted } from "./standing.ts";
export { isNamed, issuerText, subjectText } from "./subject.ts";
export { contractOutput, contractVersions, contractVersionsOutput, versionAdvice, versionFault } from "./versions.ts";
