import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Configuration,
  configurationKey,
  configurationNamespace,
  configurationOf,
  type ExchangeConfiguration,
  isExchange,
  parseConfiguration,
  parseExchange,
  type Source,
  stackFileSource,
} from "@metrics-link/config";
import { InvalidInputError, type Problem } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { requireEncrypted } from "./encrypted-secrets.ts";
import { ownStack } from "./own-outputs.ts";

/** The stack's configuration, checked. @throws InvalidInputError with everything that is wrong in it */
export function readConfiguration(): Configuration {
  const { source, text } = stackFile();
  const configuration = parseConfiguration(configurationOf(configurationNamespace, pulumi.runtime.allConfig()), source);
  requireOtherStacks(configuration, source);
  requireEncrypted(configuration, text);
  return configuration;
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
function requireOtherStacks(configuration: Configuration, source: Source): void {
  const places: [PropertyKey[], string][] =
    configuration.role === "sender"
      ? [[["peer", "stack"], configuration.peer.stack]]
      : configuration.senders.map(({ stack }, index) => [["senders", index, "stack"], stack]);
  if (configuration.exchange !== undefined) places.push([["exchange"], configuration.exchange]);
  const problems = places.flatMap(([path, value]): Problem[] => {
    if (value !== ownStack()) return [];
    const line = source.lineOf(path);
    return [
      {
        key: configurationKey(path),
        value,
        remedy: "another stack: this is its own name",
        ...(line !== undefined && { line }),
      },
    ];
  });
  if (problems.length > 0)
    throw new InvalidInputError(`${source.name} has wrong values`, problems, "CONFIGURATION_INVALID");
}

/** The stack's file, for messages; `pulumi --config-file` names another one, whose lines nobody knows here. */
function stackFile(): { readonly source: Source; readonly text: string } {
  const name = `stacks/Pulumi.${pulumi.getStack()}.yaml`;
  const path = join(pulumi.getRootDirectory(), name);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const shown = text === "" ? `${name} (missing or empty)` : name;
  return { source: stackFileSource(shown, text, configurationNamespace), text };
}
