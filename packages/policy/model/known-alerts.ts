/** The alerts that come with the link, by name. At either end, linked or not: */
const always = [
  ...["AgentSilent", "AgentNotConverged", "AgentCutOff", "ReleaseRefused", "AgentHeld", "ReleaseRolledBack"],
  ...["DriftFound", "DriftRepeated", "FenceDiffers", "AuditFinding", "AuditIncomplete", "AuditOverdue"],
  ...["DiskFilling", "DiskNearlyFull", "InodesNearlyGone", "MemoryShort", "OutOfMemoryKill", "MemoryAtCeiling"],
  ...["UnitNotFenced", "HostRebooted", "TargetLost", "ScrapeLimitReached", "OwnTargetMissing", "ServiceRestarts"],
  ...["EnvoyOverloaded", "EnvoyDropsWrites", "ConfigurationNotLoaded", "RulesFail", "StorageFails", "Watchdog"],
];
const certificates = [
  ...["LeafRenewalOverdue", "LeafExpiring", "EnvoyCertificateExpiring", "AuthorityExpiring"],
  ...["CertificateNotTakenUp", "CertificateNotReady", "TrustBundleDiffers"],
];
const sends = [
  ...["BacklogAtRisk", "BacklogNotKnown", "SamplesRefused", "SamplesDropped", "ShardsAtLimit", "WalUnreadable"],
  ...["ReceiverUnreachable", "ReceiverAddressDead", "ReceiverNotTrusted"],
  ...["SamplesNotRepaired", "RepairBehind", "RepairerSilent"],
];
const receives = [
  ...["SenderLate", "SenderClockAhead", "SamplesRejected", "WritesRefused", "WritesFail", "ClientNotTrusted"],
  ...["CertificateFromWrongAddress", "ConnectionsLimited"],
];

interface End {
  readonly role: "sender" | "receiver";
  /** Whether there is or was a link. */
  readonly linked: boolean;
  /** Whether the receiver is suspended: that the link is behind is then no news. */
  readonly suspended: boolean;
  /** Whether an Alertmanager is configured. */
  readonly delivers: boolean;
}

/** The names that an end's alerts.yml must have. */
export function expectedAlerts({ role, linked, suspended, delivers }: End): readonly string[] {
  return [
    ...always,
    ...(role === "sender" ? ["EgressAddressChanged"] : receives),
    ...(linked ? certificates : []),
    ...(linked && role === "sender" ? sends : []),
    ...(linked && role === "sender" && !suspended ? ["LinkBehind"] : []),
    ...(delivers ? ["AlertsNotDelivered"] : []),
  ];
}
