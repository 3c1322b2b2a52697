import { type Configuration, configurationNamespace, configurationOf, parseConfiguration } from "@metrics-link/config";
import * as pulumi from "@pulumi/pulumi";
import { requireEncrypted } from "./encrypted-secrets.ts";

/** The stack's configuration, checked. */
export function readConfiguration(): Configuration {
  const configuration = parseConfiguration(configurationOf(configurationNamespace, pulumi.runtime.allConfig()));
  requireEncrypted(configuration);
  return configuration;
}
