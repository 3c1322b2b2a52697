import type { Configuration } from "@metrics-link/config";
import { sameLabels } from "@metrics-link/contract";
import { unknownSource } from "@metrics-link/envoy/read/index.ts";
import { ports } from "@metrics-link/release";
import { each, type Policy, stackRule } from "../model/policy.ts";
import { type Document, type PublishedRelease, readRelease, recordOf, releaseRule } from "../model/release.ts";
import { ofType, stacksIn } from "../model/resources.ts";

const unit = "metrics-link-gate.service";
const file = "gate/gate.json";
/** What a sender's series may tell of the side of the link: the receiver's alerts believe it. */
const reserved = JSON.stringify({ link_side: ["sends"] });

/** What judges the writes of senders, on a receiver. */
export const gate: readonly Policy[] = [
  releaseRule(
    {
      name: "writes-are-verified",
      fence: "client identity",
      rule: "Each filter chain of a sender leads to the gate, in its own sender's name, and the gate knows each of them and runs in the configured mode.",
      reason:
        "Prometheus stores any labels that are in a request. Past the gate, or in another's name, one sender writes another's series and silences its alarms.",
      remedy:
        "Render Envoy with gated: true, let standardServices have the gate, and render gate/gate.json by gateConfiguration.",
      source: "docs/decisions/0800, 0805",
    },
    function* (release, { configuration }) {
      if (configuration.role !== "receiver") return;
      const chains = senderChains(release);
      for (const { name, routes, place } of chains) {
        for (const { cluster, sender } of routes.filter(({ leads }) => leads)) {
          if (cluster === "gate" && sender === name) continue;
          const found = cluster === "gate" ? `gate in the name of ${sender ?? "nobody"}` : (cluster ?? "nowhere");
          yield `the filter chain ${name} leads to ${found} instead of gate in its own name (${place.path})`;
        }
      }
      if (!release.release.services.some((one) => one.unit === unit)) yield `the release has no service ${unit}`;
      const document = gateFile(release);
      if (document === undefined) {
        yield `the release has no ${file} that can be read`;
        return;
      }
      yield* rulesOf(document, configuration);
      const known = Object.keys(recordOf(document.senders));
      for (const { name } of chains) if (!known.includes(name)) yield `${file} does not know the sender ${name}`;
      for (const name of known) {
        if (!chains.some((chain) => chain.name === name)) yield `${file} lets ${name} write, which has no filter chain`;
      }
    },
  ),

  // Only the whole stack says which senders are held: of these, the labels that were accepted before are in force.
  stackRule(
    {
      name: "gate-demands-the-pins",
      fence: "client identity",
      rule: "The gate demands of each sender the labels that are pinned for it, and keeps those of senders that are not let in for them.",
      reason: "A sender without its pinned labels at the gate may write under any identity that nobody else has.",
      remedy: "Render gate/gate.json from senders[].labels by gateConfiguration.",
      source: "docs/decisions/0803, 0805",
    },
    function* (resources, { configuration }) {
      if (configuration.role !== "receiver") return;
      const held = stacksIn(resources).flatMap(({ props }) =>
        (props.setAside ?? []).flatMap(({ name, state }) => (state === "held" ? [name] : [])),
      );
      yield* each(ofType(resources, "bucketObject"), function* (object) {
        const release = readRelease(object);
        const document = release && gateFile(release);
        if (document !== undefined) yield* pinFaults(document, configuration, held);
      });
    },
  ),
];

/** The chains of senders, in every Envoy of the release. */
const senderChains = ({ envoys }: PublishedRelease) =>
  envoys
    .flatMap((envoy) => envoy?.view.listeners ?? [])
    .filter(({ address }) => address.port === ports.ingest)
    .flatMap(({ chains }) => chains.filter(({ name }) => name !== unknownSource));

function gateFile(release: PublishedRelease): Document | undefined {
  const text = release.file(file);
  if (text === undefined) return undefined;
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

type Receiver = Extract<Configuration, { role: "receiver" }>;

/** The mode, and what no sender may write. */
function* rulesOf({ mode, reserved: found }: Document, { gate: { mode: wanted } }: Receiver) {
  if (mode !== wanted) yield `${file}: mode is ${String(mode)} instead of ${wanted}`;
  if (JSON.stringify(found) !== reserved) yield `${file}: reserved is ${JSON.stringify(found)} instead of ${reserved}`;
}

function* pinFaults(document: Document, { senders }: Receiver, held: readonly string[]) {
  const lets = recordOf(document.senders);
  const absent = recordOf(document.absent);
  for (const { name, labels = {} } of senders) {
    const found = name in lets ? recordOf(recordOf(lets[name]).labels) : recordOf(absent[name]);
    if (sameLabels(labels, found) || (name in lets && held.includes(name))) continue;
    yield `${file}: ${name} has ${JSON.stringify(found)} instead of the pinned ${JSON.stringify(labels)}`;
  }
}
