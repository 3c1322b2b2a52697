import { carries, fingerprintsOf, labelsText, sameLabels, unlessOtherText } from "@metrics-link/contract";
import { releaseFiles, trustSecret } from "@metrics-link/envoy";
import type { Finding } from "@metrics-link/report";
import type { EvidencePart, PeerEvidence, StackEvidence } from "../evidence.ts";
import { both, from, judge, unlike, within } from "../judge.ts";

/** The root of a peer, from source control to Envoy's memory: it has to be the same everywhere. */
interface TrustPath {
  readonly peer: string;
  readonly places: readonly { readonly place: string; readonly fingerprints: EvidencePart<readonly string[]> }[];
}

function trustPathOf(stack: StackEvidence, { name, stack: peerStack, pins, contract }: PeerEvidence): TrustPath {
  const file = releaseFiles.root(name);
  const document = from(stack.declared, ({ release }) => release.document);
  const bundle = within(stack.host, ({ bundles }) =>
    within(bundles, (all) =>
      found(
        all.find((one) => one.file === file),
        `${file} is not on the host`,
      ),
    ),
  );
  return {
    peer: name,
    places: [
      { place: "pinned in configuration", fingerprints: { value: pins.rootFingerprints } },
      {
        place: `offered by ${peerStack}`,
        fingerprints: from(contract, ({ rootBundle }) => fingerprintsOf(rootBundle)),
      },
      {
        place: "believed by the last update (state)",
        fingerprints: from(
          stack.contract,
          ({ trusts }) => trusts.find((one) => one.stack === peerStack)?.rootFingerprints ?? [],
        ),
      },
      {
        place: "in the release (state)",
        fingerprints: from(document, ({ files }) =>
          unlessOtherText<readonly string[]>(
            () => fingerprintsOf(files.find(({ path }) => path === file)?.content ?? ""),
            (why) => [`text besides certificates: ${why}`],
          ),
        ),
      },
      {
        place: "on the host's disk",
        fingerprints: from(bundle, ({ certificates }) => certificates.map(({ fingerprint }) => fingerprint)),
      },
      {
        place: "in Envoy's memory",
        fingerprints: within(stack.host, ({ envoy }) =>
          within(envoy, ({ secrets }) =>
            from(
              found(
                secrets.find((one) => one.name === trustSecret(name)),
                `Envoy holds no secret ${trustSecret(name)}`,
              ),
              ({ fingerprints }) => fingerprints,
            ),
          ),
        ),
      },
    ],
  };
}

/**
 * A finding for each place. Every place must hold the roots that the last update accepted. Pins may hold more: the next
 * or the previous root may be pinned as well.
 */
export function trustFindings(stack: StackEvidence, peer: PeerEvidence): Finding[] {
  if (peer.suspended !== undefined) return [suspendedFinding(stack, peer, peer.suspended)];
  const { places } = trustPathOf(stack, peer);
  const [pinned, , believed] = places;
  const wanted = believed?.fingerprints ?? { error: "the last update is not known" };
  const file = releaseFiles.root(peer.name);
  return [
    ...places.map(({ place, fingerprints }) =>
      judge(`root of ${peer.name}: ${place}`, sourceOf(place), both(wanted, fingerprints), ([roots, here]) => ({
        wrong:
          place === pinned?.place
            ? roots.filter((root) => !here.includes(root)).map((root) => `${root} is accepted but not pinned`)
            : [...unlike("it", roots, here), ...(here.length > new Set(here).size ? ["it holds a root twice"] : [])],
        fine: here.length > 0 ? here.join(", ") : "none",
      })),
    ),
    judge(`root of ${peer.name}: nothing else in the file`, "the host's disk", bundleOf(stack, file), (bundle) => ({
      wrong: [
        ...(bundle.otherText ? ["it holds something other than certificates"] : []),
        ...bundle.certificates
          .filter(({ authority, subject, issuer }) => !authority || subject !== issuer)
          .map(({ subject }) => `${subject} is not a root`),
      ],
      fine: `${file}, SHA-256 ${bundle.sha256}`,
    })),
  ];
}

/** Who may write what: what the series of a sender carry, and what the receiver has told it, against what is pinned. */
export function labelFindings(
  { configuration, contract }: StackEvidence,
  { name, stack, pins, suspended, contract: theirs }: PeerEvidence,
): Finding[] {
  if (configuration.role !== "receiver" || suspended !== undefined) return [];
  const { labels: pinned } = pins;
  const subject = `labels of ${name}`;
  const source = "source control, state and the peer's own output";
  if (pinned === undefined) {
    return [
      judge(subject, source, { value: undefined }, () => ({
        wrong: [],
        fine: "none are pinned: its series may carry any labels but those of other senders",
      })),
    ];
  }
  return [
    judge(subject, source, both(contract, theirs), ([own, sender]) => {
      const offered = sender.role === "sender" ? sender.labels : undefined;
      const admitted = own.role === "receiver" ? own.admits?.find((one) => one.stack === stack)?.labels : undefined;
      return {
        wrong: [
          ...(offered === undefined || carries(offered, pinned)
            ? []
            : [`its series carry ${labelsText(offered)}, and pinned is ${labelsText(pinned)}`]),
          ...(admitted !== undefined && !sameLabels(admitted, pinned)
            ? [`the last update was with ${labelsText(admitted)}, and pinned is ${labelsText(pinned)}`]
            : []),
        ],
        fine:
          offered === undefined
            ? `${labelsText(pinned)} are pinned; it does not tell what its series carry`
            : labelsText(pinned),
      };
    }),
  ];
}

/** A suspended peer is nowhere: not in this side's contract, nor in its release, nor in Envoy's memory. */
function suspendedFinding(
  { contract, declared, host }: StackEvidence,
  { name, stack }: PeerEvidence,
  why: string,
): Finding {
  const running = within(host, ({ envoy }) => envoy);
  const seen = both(contract, both(declared, running));
  return judge(`${name} is suspended`, "state and the running Envoy", seen, ([own, [{ release }, { secrets }]]) => ({
    wrong: [
      ...(own.trusts.some((one) => one.stack === stack) ? ["the last update still trusted it"] : []),
      ...(release.document.files.some(({ path }) => path === releaseFiles.root(name))
        ? [`the release has ${releaseFiles.root(name)}`]
        : []),
      ...(secrets.some((one) => one.name === trustSecret(name)) ? ["Envoy still holds its root"] : []),
    ],
    fine: `no root and no way in or out. Reason: ${why}`,
  }));
}

const bundleOf = (stack: StackEvidence, file: string) =>
  within(stack.host, ({ bundles }) =>
    within(bundles, (all) =>
      found(
        all.find((one) => one.file === file),
        `${file} is not on the host`,
      ),
    ),
  );

const found = <Value>(value: Value | undefined, why: string): EvidencePart<Value> =>
  value === undefined ? { error: why } : { value };

function sourceOf(place: string): string {
  if (place.startsWith("pinned")) return "source control";
  if (place.startsWith("offered")) return "the peer's own output";
  if (place.endsWith("(state)")) return "state";
  return place.endsWith("disk") ? "the host's disk" : "config_dump of the running Envoy";
}
