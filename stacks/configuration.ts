import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Beyond,
  type Configuration,
  configurationNamespace,
  configurationOf,
  parseConfiguration,
  type Source,
  stackFileSource,
} from "@metrics-link/config";
import { wrongOverrides } from "@metrics-link/prometheus";
import * as pulumi from "@pulumi/pulumi";
import { unusableCertificates } from "./alertmanager-certificates.ts";
import { secretsInClear } from "./encrypted-secrets.ts";
import { ownStack } from "./own-outputs.ts";

/** The stack's configuration, checked. @throws InvalidInputError with everything that is wrong in it */
export function readConfiguration(): Configuration {
  const { source, text } = stackFile();
  const raw = configurationOf(configurationNamespace, pulumi.runtime.allConfig());
  return parseConfiguration(raw, source, (known) => [
    ...ownStackAsPeer(known),
    ...wrongOverrides(known.prometheus?.alerts),
    ...unusableCertificates(known),
    ...secretsInClear(known, pulumi.getStack(), text),
  ]);
}

/** A stack that is its own peer would wait for itself for ever. */
const ownStackAsPeer: Beyond = ({ peer, senders = [] }) => {
  const places: [PropertyKey[], string | undefined][] = [
    [["peer", "stack"], peer?.stack],
    ...senders.map((sender, index): [PropertyKey[], string | undefined] => [
      ["senders", index, "stack"],
      sender?.stack,
    ]),
  ];
  return places
    .filter(([, stack]) => stack === ownStack())
    .map(([path]) => ({ path, remedy: "another stack: this is its own name" }));
};

/** The stack's file, for messages; `pulumi --config-file` names another one, whose lines nobody knows here. */
function stackFile(): { readonly source: Source; readonly text: string } {
  const name = `stacks/Pulumi.${pulumi.getStack()}.yaml`;
  const path = join(pulumi.getRootDirectory(), name);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const shown = text === "" ? `${name} (missing or empty)` : name;
  return { source: stackFileSource(shown, text, configurationNamespace), text };
}
