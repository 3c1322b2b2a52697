import { leafSecret } from "@metrics-link/envoy";
import type { Finding } from "@metrics-link/report";
import type { StackEvidence } from "../evidence.ts";
import { both, judge, unlike, within } from "../judge.ts";

const day = 86_400_000;
/**
 * The last part of a certificate's life, by which its successor is overdue: three days of a leaf's thirty, a year of a
 * root's ten. The first update in a leaf's last third renews it; a root's successor begins a year before its end.
 */
const lastPart = 0.1;

export const daysLeft = (notAfter: string, now: string): number => (Date.parse(notAfter) - Date.parse(now)) / day;

/** This side's own certificates: complete, valid, and the ones that Envoy shows to its peer. */
export function certificateFindings({ host, pki, stack }: StackEvidence, now: string): Finding[] {
  const certificates = within(host, (found) => found.certificates);
  const memory = within(host, ({ envoy }) => envoy);
  return [
    judge(`certificates of ${stack}`, "the host's disk", certificates, ({ chain, ownRoots, keyFits }) => ({
      wrong: [
        ...(keyFits ? [] : ["the private key does not belong to the leaf"]),
        ...[...chain, ...ownRoots]
          .filter(
            ({ notAfter, notBefore }) => isLate(notBefore, notAfter, now) || Date.parse(notBefore) > Date.parse(now),
          )
          .map(({ subject, notBefore, notAfter }) => `${subject} is valid from ${notBefore} to ${notAfter}`),
      ],
      fine: [...chain, ...ownRoots]
        .map(({ subject, notAfter }) => `${subject}: ${Math.floor(daysLeft(notAfter, now))} days`)
        .join("; "),
    })),
    judge(
      `the leaf that ${stack} shows`,
      "config_dump, disk and state",
      both(both(certificates, memory), pki),
      ([[{ chain }, { secrets }], { leaf }]) => {
        const [onDisk] = chain;
        const inMemory = secrets.find(({ name }) => name === leafSecret)?.fingerprints[0];
        const told = onDisk === undefined ? [] : [onDisk.fingerprint];
        return {
          wrong: [
            ...unlike("Envoy", told, inMemory === undefined ? [] : [inMemory]),
            ...unlike("the disk", leaf === undefined ? [] : [leaf.fingerprint], told),
          ],
          fine: onDisk === undefined ? "none yet" : `serial ${onDisk.serial}, ${onDisk.names.join(", ")}`,
        };
      },
    ),
  ];
}

const isLate = (notBefore: string, notAfter: string, now: string) =>
  daysLeft(notAfter, now) < daysLeft(notAfter, notBefore) * lastPart;
