import { bundleAgent, bundleGate, bundleRepairer } from "@metrics-link/host/bundle/index.ts";
import { readConfiguration, readExchangeConfiguration } from "./configuration.ts";
import { type ReadPeer, readPeerOutputs } from "./peer-outputs.ts";
import { refusing } from "./refusing.ts";

// Pulumi installs source-map-support, which maps every stack frame that Pulumi keeps for thousands of promises. Node
// strips types in place, so there is nothing to map; this saves most of a second per preview.
Reflect.deleteProperty(Error, "prepareStackTrace");

/**
 * The program of every stack. Returns the stack's outputs.
 * @param read reads the outputs of a peer; Pulumi calls this without one
 * @throws RunError with what a person has to change, if anything
 */
export default function program(read: ReadPeer = (stack, names) => readPeerOutputs(stack, names)) {
  return refusing(() => ofRole(read));
}

/** The configuration selects the role. */
async function ofRole(read: ReadPeer) {
  const shown = readExchangeConfiguration();
  if (shown !== undefined) {
    const { exchange } = await import("./exchange.ts");
    return exchange(shown);
  }
  const configuration = readConfiguration();
  // esbuild bundles in its own process while this one loads the provider SDKs and reads the peer's outputs.
  const agent = bundleAgent();
  if (configuration.role === "sender") {
    const repairer = bundleRepairer();
    const { sender } = await import("./sender.ts");
    return sender(configuration, agent, repairer, read);
  }
  const gate = bundleGate();
  const { receiver } = await import("./receiver.ts");
  return receiver(configuration, agent, gate, read);
}
