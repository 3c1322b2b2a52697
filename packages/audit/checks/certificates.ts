import { leafSecret } from "@metrics-link/envoy";
import type { Finding } from "@metrics-link/report";
import type { StackEvidence } from "../evidence.ts";
import { both, judge, unlike, within } from "../judge.ts";

const day = 86_400_000;
/**
 * The part of a certificate's life in which it should have been replaced long ago: three days of a leaf's thirty, a year of
 * a root's ten. A leaf is renewed by the first update in its last third, a root's successor begins a year before its end.
 */
const lastPart = 0.1;

export const daysLeft = (notAfter: string, now: string): number => (Date.parse(notAfter) - Date.parse(now)) / day;

/** This side's own certificates: whole, in time, and the ones that Envoy shows to its peer. */
export function certificateFindings({ host, pki, stack }: StackEvidence, now: string): Finding[] {
  const certificates = within(host, (found) => found.certificates);
  const memory = within(host, ({ envoy }) => envoy);
  return [
    judge(`certificates of ${stack}`, "the host's disk", certificates, ({ chain, ownRoots, keyFits }) => ({
      wrong: [
        ...(keyFits ? [] : ["the private key is not that of the leaf"]),
        ...[...chain, ...ownRoots]
          .filter(({ notAfter, notBefore }) => isLate(notBefore, notAfter, now) || notBefore > now)
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
