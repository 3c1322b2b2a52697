import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a client of the Alertmanager needs: whom to believe, and what to show. */
export interface AlertmanagerAccess {
  /** PEM file of its authority, which is not the one behind the AWS endpoints. */
  readonly caFile: string;
  readonly username: string;
  readonly password: string;
}

/** The one user that it knows. */
export const username = "metrics-link";

/** Its authority, in its folder. */
export const authorityFolder = (directory: string): string => join(directory, "authority");

/** The authority's certificate, PEM. */
export const authorityIn = (directory: string): string => join(authorityFolder(directory), "ca.pem");

/** Reads the access from the Alertmanager's folder. It is there once the sandbox has been up. */
export function accessIn(directory: string): AlertmanagerAccess {
  return {
    caFile: authorityIn(directory),
    username,
    password: readFileSync(join(directory, "password"), "utf8"),
  };
}
