import { type Configuration, configurationNamespace, configurationOf, parseConfiguration } from "@metrics-link/config";
import * as pulumi from "@pulumi/pulumi";

/** The stack's configuration, checked. */
export const readConfiguration = (): Configuration =>
  parseConfiguration(configurationOf(configurationNamespace, pulumi.runtime.allConfig()));
