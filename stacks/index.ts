import { bundleAgent, bundleRepairer } from "@metrics-link/host/bundle/index.ts";
import { readConfiguration } from "./configuration.ts";

// Pulumi installs source-map-support, which then maps every frame of the stack that Pulumi keeps for each of thousands
// of promises. Node strips types in place, so there is nothing to map: a preview takes most of a second less.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** The program of every stack; the configuration says which end of a link it is. What it returns are the outputs. */
export default async function program() {
  const configuration = readConfiguration();
  // esbuild bundles in a process of its own, while this one loads the providers' SDKs and asks for the peer.
  const agent = bundleAgent();
  if (configuration.role === "sender") {
    const repairer = bundleRepairer();
    const { sender } = await import("./sender.ts");
    return sender(configuration, agent, repairer);
  }
  const { receiver } = await import("./receiver.ts");
  return receiver(configuration, agent);
}
