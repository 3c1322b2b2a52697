import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Configuration,
  configurationNamespace,
  configurationOf,
  parseConfiguration,
  type Source,
  stackFileSource,
} from "@metrics-link/config";
import * as pulumi from "@pulumi/pulumi";
import { requireEncrypted } from "./encrypted-secrets.ts";

/** The stack's configuration, checked. */
export function readConfiguration(): Configuration {
  const config = configurationOf(configurationNamespace, pulumi.runtime.allConfig());
  const configuration = parseConfiguration(config, stackFile());
  requireEncrypted(configuration);
  return configuration;
}

/** The stack's file, for messages; `pulumi --config-file` names another one, whose lines nobody knows here. */
function stackFile(): Source {
  const name = `stacks/Pulumi.${pulumi.getStack()}.yaml`;
  const path = join(pulumi.getRootDirectory(), name);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return stackFileSource(text === "" ? `${name} (missing or empty)` : name, text, configurationNamespace);
}
