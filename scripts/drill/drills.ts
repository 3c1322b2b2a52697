import { hostPaths } from "@metrics-link/release";
import type { Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { alertmanagerDown } from "@metrics-link/sandbox/testing/faults/alertmanager.ts";
import { clockAhead } from "@metrics-link/sandbox/testing/faults/clock.ts";
import { otherEgressAddress } from "@metrics-link/sandbox/testing/faults/egress-address.ts";
import { during } from "@metrics-link/sandbox/testing/faults/fault.ts";
import { fullDisk } from "@metrics-link/sandbox/testing/faults/full-disk.ts";
import { linkCut, narrowLink, noNames } from "@metrics-link/sandbox/testing/faults/network.ts";
import { powerCut, reboot } from "@metrics-link/sandbox/testing/faults/power.ts";
import { badRelease, wrongRoot } from "@metrics-link/sandbox/testing/faults/release.ts";
import { slowPrometheus } from "@metrics-link/sandbox/testing/faults/slow-prometheus.ts";
import { editedTrustBundle, expiredLeaf, suspendedPeer } from "@metrics-link/sandbox/testing/faults/trust.ts";
import { crashedPrometheus, crashedUnit, stoppedUnit } from "@metrics-link/sandbox/testing/faults/units.ts";
import type { Drill } from "./drill.ts";

const envoy = "metrics-link-envoy";
const prometheus = "metrics-link-prometheus";
const gate = "metrics-link-gate";
/** The name that the example of a receiver gives its sender. */
const sendersName = "account-a";
/** Of an outage, before something else goes wrong in it. */
const backlogSeconds = 10;

/** Every drill, in the order in which they are run: what breaks least comes first. */
export const drillsOf = (sandbox: Sandbox): readonly Drill[] => [
  {
    name: "alertmanager-down",
    fault: "the Alertmanager is gone",
    alert: "AlertsNotDelivered",
    side: "sender",
    breaks: alertmanagerDown(sandbox),
  },
  {
    name: "receiver-prometheus-down",
    fault: "the receiver's Prometheus is stopped",
    alert: "LinkBehind",
    side: "sender",
    breaks: stoppedUnit(sandbox, "receiver", prometheus),
  },
  {
    name: "receiver-envoy-killed",
    fault: "the receiver's Envoy is killed",
    alert: "ServiceRestarts",
    side: "receiver",
    breaks: crashedUnit(sandbox, "receiver", envoy),
  },
  {
    name: "gate-killed",
    fault: "the receiver's gate is killed",
    alert: "ServiceRestarts",
    side: "receiver",
    breaks: crashedUnit(sandbox, "receiver", gate),
  },
  {
    name: "gate-down",
    fault: "the receiver's gate is stopped",
    alert: "GateSilent",
    side: "receiver",
    breaks: stoppedUnit(sandbox, "receiver", gate),
  },
  {
    name: "sender-envoy-killed",
    fault: "the sender's Envoy is killed",
    alert: "ServiceRestarts",
    side: "sender",
    breaks: crashedUnit(sandbox, "sender", envoy),
  },
  {
    name: "link-cut",
    fault: "the internet carries nothing to the receiver, for ten minutes",
    alert: "LinkBehind",
    side: "sender",
    breaks: linkCut(sandbox),
    lastsSeconds: 600,
  },
  {
    name: "link-narrow",
    fault: "the way to the receiver carries 16 kbit/s",
    alert: "LinkBehind",
    side: "sender",
    breaks: narrowLink(sandbox, 16),
  },
  {
    name: "receiver-slow",
    fault: "the receiver's Prometheus takes 18 s for an answer",
    alert: "LinkBehind",
    side: "sender",
    breaks: slowPrometheus(sandbox, "receiver", 18),
  },
  {
    name: "egress-address",
    fault: "the sender leaves by another address than the pinned one",
    alert: "ReceiverUnreachable",
    side: "sender",
    breaks: otherEgressAddress(sandbox),
  },
  {
    name: "clock-ahead",
    fault: "the clock of the sender's services is 30 s ahead",
    alert: "SenderClockAhead",
    side: "receiver",
    breaks: clockAhead(sandbox, "sender", 30),
  },
  {
    name: "resolver-gone",
    fault: "the sender gets no answer from DNS",
    alert: "AgentCutOff",
    side: "sender",
    breaks: noNames(sandbox, "sender"),
  },
  {
    name: "bad-release",
    fault: "a release comes that Envoy refuses",
    alert: "ReleaseRefused",
    side: "sender",
    breaks: badRelease(sandbox, "sender"),
  },
  {
    name: "trust-bundle-edited",
    fault: "another root is put beside the sender's, on the receiver's disk",
    alert: "TrustBundleDiffers",
    side: "receiver",
    breaks: editedTrustBundle(sandbox, sendersName),
  },
  {
    name: "wrong-root",
    fault: "the receiver is given the wrong root for its sender",
    alert: "ClientNotTrusted",
    side: "receiver",
    breaks: wrongRoot(sandbox, sendersName),
  },
  {
    name: "sender-suspended",
    fault: "the receiver suspends its only sender",
    alert: "PeerSuspended",
    side: "receiver",
    breaks: suspendedPeer(sandbox, "receiver"),
  },
  {
    name: "receiver-suspended",
    fault: "the sender suspends its receiver",
    alert: "PeerSuspended",
    side: "sender",
    breaks: suspendedPeer(sandbox, "sender"),
  },
  {
    name: "sender-leaf-expired",
    fault: "the sender's leaf has expired",
    alert: "EnvoyCertificateExpiring",
    side: "sender",
    breaks: expiredLeaf(sandbox, "sender"),
  },
  {
    name: "receiver-leaf-expired",
    fault: "the receiver's leaf has expired",
    alert: "ReceiverNotTrusted",
    side: "sender",
    breaks: expiredLeaf(sandbox, "receiver"),
  },
  {
    name: "sender-disk-nearly-full",
    fault: "the sender's data volume has a twentieth left",
    alert: "DiskNearlyFull",
    side: "sender",
    breaks: fullDisk(sandbox, "sender", hostPaths.data, 0.05),
  },
  {
    name: "receiver-disk-full",
    fault: "the receiver's data volume is full",
    alert: "LinkBehind",
    side: "sender",
    breaks: fullDisk(sandbox, "receiver", hostPaths.data),
  },
  {
    name: "receiver-rebooted",
    fault: "the receiver's host is rebooted",
    alert: "ServiceRestarts",
    side: "receiver",
    breaks: reboot(sandbox, "receiver"),
  },
  {
    name: "sender-prometheus-killed",
    fault: "the sender's Prometheus is killed in an outage",
    alert: "SenderSilent",
    side: "receiver",
    breaks: during(linkCut(sandbox), backlogSeconds, crashedPrometheus(sandbox, "sender")),
  },
  {
    name: "sender-power-cut",
    fault: "the sender's host loses its power in an outage",
    alert: "SenderSilent",
    side: "receiver",
    breaks: during(linkCut(sandbox), backlogSeconds, powerCut(sandbox, "sender")),
  },
];
