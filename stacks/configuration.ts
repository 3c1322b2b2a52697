import { type Configuration, configurationNamespace, parseConfiguration } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";

/** The stack's configuration, checked. Keys of other namespaces are Pulumi's own business. */
export function readConfiguration(): Configuration {
  const prefix = `${configurationNamespace}:`;
  const raw = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), decode(value)] as const);
  return parseConfiguration(Object.fromEntries(raw));
}

/** Pulumi hands objects over as JSON and everything else as text. */
function decode(value: string): unknown {
  return /^[[{]/.test(value) ? JSON.parse(value) : value;
}
