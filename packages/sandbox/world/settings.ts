/** What a sandbox keeps between runs of its world, apart from the cloud's resources. */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LinkError, messageOf } from "@metrics-link/contract";
import type { Layout } from "../model/layout.ts";
import type { InternetHost } from "../model/topology.ts";
import type { AccessKey } from "../services/moto/moto.ts";
import type { Side } from "./accounts.ts";

export interface Settings {
  /** Moto derives its access keys from it, so they stay the same. */
  readonly seed: string;
  /** The loopback port of AWS for the deployer's tools, chosen at the first start. */
  readonly frontPort?: number;
  /** The key of each account's deployer, and the address of the KMS key that encrypts its state's secrets. None in new accounts. */
  readonly deployers?: Readonly<Record<Side, AccessKey>>;
  /** The key of each account's administrator. */
  readonly administrators?: Readonly<Record<Side, AccessKey>>;
  readonly secretsProviders?: Readonly<Record<Side, string>>;
  readonly internetHosts: readonly InternetHost[];
  /** Machines in no stack. */
  readonly neighbours?: readonly NeighbourOf[];
}

/**
 * A machine in no stack: beside a host, where it leaves by the same NAT gateway and nothing reaches it, or in a subnet of
 * somebody else's, who lets everything in.
 */
export type NeighbourOf = { readonly name: string } & (
  | { readonly host: string; readonly subnetId?: undefined }
  | { readonly host?: undefined; readonly subnetId: string }
);

/** A host on the internet in nobody's account, for tests and drills. */
const outsider: InternetHost = { name: "outsider", address: "192.0.2.66" };

export function settingsFile(layout: Layout): string {
  return join(layout.directory, "settings.json");
}

/** The sandbox's settings; undefined before its first start. */
export function readSettings(layout: Layout): Settings | undefined {
  try {
    return JSON.parse(readFileSync(settingsFile(layout), "utf8")) as Settings;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new LinkError("SANDBOX_UNUSABLE", {
      what: `cannot read ${settingsFile(layout)}: ${messageOf(error)}`,
      next: "run `npm run -s sandbox -- down`, then up",
      cause: error,
    });
  }
}

export function newSettings(): Settings {
  return { seed: randomBytes(32).toString("hex"), internetHosts: [outsider] };
}

/** Holds secrets: readable by its owner only. */
export function writeSettings(layout: Layout, settings: Settings): void {
  const file = settingsFile(layout);
  writeFileSync(`${file}.next`, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.next`, file);
}
