import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hash } from "bcryptjs";
import { stringify } from "yaml";
import { openAuthority } from "../authority.ts";
import { alertmanagerConfiguration, webConfiguration } from "./configuration.ts";

/** What a client of the Alertmanager needs: whom to believe, and what to show. */
export interface AlertmanagerAccess {
  /** PEM file of its authority, which is not the one behind the AWS endpoints. */
  readonly caFile: string;
  readonly username: string;
  readonly password: string;
}

const username = "metrics-link";

/** Reads the access from the Alertmanager's folder. It is there once the sandbox has been up. */
export function accessIn(directory: string): AlertmanagerAccess {
  return {
    caFile: join(directory, "authority", "ca.pem"),
    username,
    password: readFileSync(join(directory, "password"), "utf8"),
  };
}

/** Writes what the Alertmanager runs with, unless it is there: authority, certificate, password and both configurations. */
export async function makeAccess(directory: string, dnsName: string): Promise<void> {
  const web = join(directory, "web.yml");
  if (existsSync(web)) return;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (name: string, content: string) => writeFileSync(join(directory, name), content, { mode: 0o600 });
  const authority = await openAuthority(join(directory, "authority"), "metrics-link sandbox Alertmanager");
  const { cert, key } = await authority.issue([dnsName]);
  const password = randomBytes(24).toString("base64url");
  file("server.pem", cert);
  file("server.key", key);
  file("password", password);
  file("alertmanager.yml", stringify(alertmanagerConfiguration));
  // Last, for its being there says that all of it is.
  file("web.yml", stringify(webConfiguration({ [username]: await hash(password, 10) })));
}
