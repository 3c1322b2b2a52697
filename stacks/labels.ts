import type { ReceiverConfiguration, SenderConfiguration } from "@metrics-link/config";
import { carries, fingerprintsOf, InvalidInputError, labelsOfOthers, labelsText } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { shownAs } from "./account-pki.ts";
import type { OwnOutputs } from "./own-outputs.ts";
import type { KnownPeer } from "./peer.ts";

/**
 * Requires that this sender's series go on carrying what the receiver has pinned. Uses what the receiver tells even if other
 * parts of its contract are not pinned. A receiver that does not take today's labels loses nothing by the update: it is told of
 * in a warning, or it could block every update of this side.
 * @throws InvalidInputError LABELS_OUT_OF_ORDER when they carry it today, and would not after this update
 */
export function requireLabelsFollow(
  configuration: Pick<SenderConfiguration, "exchange" | "prometheus">,
  { contract: own, labels: today }: Pick<OwnOutputs, "contract" | "labels">,
  { stack, contract }: Pick<KnownPeer<"receiver">, "stack" | "contract">,
): void {
  const next = configuration.prometheus.externalLabels;
  const ownRoots = own === undefined ? [] : fingerprintsOf(own.rootBundle);
  // It may know this stack by another name, but no other by one of these roots.
  const byRoot = contract?.trusts.filter(({ rootFingerprints }) =>
    ownRoots.some((root) => rootFingerprints.includes(root)),
  );
  const names = [shownAs(configuration), ...(byRoot ?? []).map((entry) => entry.stack)];
  for (const { labels: pinned } of contract?.admits?.filter((entry) => names.includes(entry.stack)) ?? []) {
    if (carries(next, pinned)) continue;
    const remedy =
      `labels with ${labelsText(pinned)}, which the receiver in ${stack} has pinned for this sender; ` +
      "docs/operate.md, Changing a pinned label, has the order";
    if (today !== undefined && carries(today, pinned)) {
      const problem = { key: "prometheus.externalLabels", value: next, remedy };
      const subject = "The receiver would refuse this sender's series; nothing was changed";
      throw new InvalidInputError(subject, [problem], "LABELS_OUT_OF_ORDER");
    }
    const warning = `The receiver does not take this sender's labels, ${labelsText(next)}: it needs ${remedy}`;
    void pulumi.log.warn(warning, pulumi.runtime.getStackResource());
  }
}

/**
 * Warns of a sender that tells that its series carry what is pinned for another. It is not held, which would change nothing at the gate:
 * the pins decide there.
 */
export function warnOfForeignLabels(
  { senders }: Pick<ReceiverConfiguration, "senders">,
  known: readonly KnownPeer<"sender">[],
): void {
  const foreign = labelsOfOthers(senders);
  for (const { name, contract } of known)
    for (const what of foreign(name, contract?.labels))
      void pulumi.log.warn(
        `The series of ${name} carry ${what}: the gate refuses them, and they are not stored. ` +
          "Its people take the label from their externalLabels.",
        pulumi.runtime.getStackResource(),
      );
}
