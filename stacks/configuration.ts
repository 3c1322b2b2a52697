import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Beyond,
  type Configuration,
  configurationNamespace,
  configurationOf,
  type ExchangeConfiguration,
  isExchange,
  parseConfiguration,
  parseExchange,
  type Source,
  stackFileSource,
} from "@metrics-link/config";
import { InvalidInputError } from "@metrics-link/contract";
import { readFleetFolder } from "@metrics-link/fleet/folder/index.ts";
import { wrongOverrides } from "@metrics-link/prometheus";
import * as pulumi from "@pulumi/pulumi";
import { unusableCertificates } from "./alertmanager-certificates.ts";
import { secretsInClear } from "./encrypted-secrets.ts";
import { unusableClientRoot } from "./exposed-exporter.ts";
import { unusableServices } from "./metrics-services.ts";
import { ownStack } from "./own-outputs.ts";
import { repositoryRoot } from "./repository-files.ts";

/** The stack's configuration, checked. @throws InvalidInputError with everything that is wrong in it */
export function readConfiguration(): Configuration {
  const { source, text } = stackFile();
  const raw = configurationOf(configurationNamespace, pulumi.runtime.allConfig());
  const beyond: Beyond = (known) => [
    ...ownStackAsPeer(known),
    ...wrongOverrides(known.prometheus?.alerts),
    ...unusableCertificates(known),
    ...unusableServices(known),
    ...unusableClientRoot(known),
    ...secretsInClear(known, pulumi.getStack(), text),
  ];
  return parseConfiguration(raw, source, beyond, readFleetFolder(repositoryRoot, raw));
}

/**
 * The configuration of an exchange stack; undefined if this is another. Its secrets provider must be one that a reader
 * needs no key for (docs/decisions/0720).
 * @throws InvalidInputError with everything that is wrong in it
 */
export function readExchangeConfiguration(): ExchangeConfiguration | undefined {
  const raw = configurationOf(configurationNamespace, pulumi.runtime.allConfig());
  if (!isExchange(raw)) return undefined;
  const { source, text } = stackFile();
  const configuration = parseExchange(raw, source);
  const [, provider] = /^secretsprovider: *(\S+)/m.exec(text) ?? [];
  if (provider === undefined || provider === "passphrase") return configuration;
  const remedy =
    "passphrase: with a key no peer can read this stack, which holds no secret. Run `pulumi stack " +
    `change-secrets-provider passphrase -s ${pulumi.getStack()}\` with PULUMI_CONFIG_PASSPHRASE set and empty`;
  const problem = { key: "secretsprovider", value: provider, remedy };
  throw new InvalidInputError(`${source.name} has wrong values`, [problem], "CONFIGURATION_INVALID");
}

/** A stack that is its own peer, or its own exchange, would wait for itself for ever. */
const ownStackAsPeer: Beyond = ({ exchange, peer, senders = [] }) => {
  const places: [PropertyKey[], string | undefined][] = [
    [["exchange"], exchange],
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
