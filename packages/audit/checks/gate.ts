import { labelsText, sameLabels } from "@metrics-link/contract";
import { type HostEvidence, sha256 } from "@metrics-link/release";
import type { Finding } from "@metrics-link/report";
import type { EvidencePart, PeerEvidence, StackEvidence } from "../evidence.ts";
import { both, judge, unlike, within } from "../judge.ts";

const source = "the running gate";
const file = "gate/gate.json";

type Gate = Extract<HostEvidence["gate"], { readonly value: unknown }>["value"];

const runningGate = ({ host }: StackEvidence): EvidencePart<Gate> => within(host, ({ gate }) => gate);

/** What senders may write, as the gate in front of the receiver's Prometheus judges it. */
export function gateFindings(stack: StackEvidence): Finding[] {
  const { configuration } = stack;
  if (configuration.role !== "receiver") return [];
  const running = runningGate(stack);
  const peers = stack.peers.filter(({ suspended }) => suspended === undefined);
  return [
    wholeFinding(stack, configuration.gate.mode, running),
    ...peers.map((peer) => senderFinding(peer, configuration.gate.mode, running)),
  ];
}

function wholeFinding({ declared, peers }: StackEvidence, mode: string, running: EvidencePart<Gate>): Finding {
  const subject = "what the gate judges by";
  return judge(subject, `${source}, compared with the release in the state`, both(running, declared), (seen) => {
    const [gate, { release }] = seen;
    const text = release.document.files.find(({ path }) => path === file)?.content ?? "";
    const suspended = peers.flatMap(({ name, suspended: why }) => (why === undefined ? [] : [name]));
    return {
      wrong: [
        ...(gate.configuration === sha256(text) ? [] : [`it has another configuration than ${file} of the release`]),
        ...(gate.mode === mode ? [] : [`its mode is ${gate.mode}, and the configuration says ${mode}`]),
        ...suspended
          .filter((name) => Object.hasOwn(gate.senders, name))
          .map((name) => `${name} is suspended, and may write`),
        ...unlike("a label that is reserved", ["link_side=sends"], reservedOf(gate)),
      ],
      fine: `mode ${gate.mode}, ${file} with SHA-256 ${gate.configuration}`,
    };
  });
}

const reservedOf = ({ reserved }: Gate) =>
  Object.entries(reserved).flatMap(([name, values]) => values.map((value) => `${name}=${value}`));

function senderFinding({ name, pins }: PeerEvidence, mode: string, running: EvidencePart<Gate>): Finding {
  const found = judge(`sender ${name}: what it may write`, source, running, ({ senders }) => {
    const demanded = senders[name];
    const pinned = pins.labels ?? {};
    if (demanded === undefined) return { wrong: ["the gate does not know it, so it writes nothing"], fine: "" };
    return {
      wrong: sameLabels(demanded, pinned)
        ? []
        : [`the gate demands ${labelsText(demanded)}, and pinned is ${labelsText(pinned)}`],
      fine:
        Object.keys(pinned).length === 0
          ? "any series that no other sender's pinned labels are on"
          : `series with ${labelsText(pinned)}, and no other`,
    };
  });
  if (found.severity !== "ok" || mode === "enforce") return found;
  return { ...found, severity: "warning", what: `${found.what}; the gate only counts others (gate.mode: observe)` };
}
