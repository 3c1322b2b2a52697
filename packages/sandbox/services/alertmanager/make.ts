import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hash } from "bcryptjs";
import { stringify } from "yaml";
import { openAuthority } from "../authority.ts";
import { authorityFolder, username } from "./access.ts";
import { alertmanagerConfiguration, webConfiguration } from "./configuration.ts";

/**
 * Writes what the Alertmanager runs with, unless it is there: authority, certificate, password and both configurations.
 */
export async function makeAccess(directory: string, dnsName: string): Promise<void> {
  const web = join(directory, "web.yml");
  if (existsSync(web)) return;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (name: string, content: string) => writeFileSync(join(directory, name), content, { mode: 0o600 });
  const authority = await openAuthority(authorityFolder(directory), "metrics-link sandbox Alertmanager");
  const { cert, key } = await authority.issue([dnsName]);
  const password = randomBytes(24).toString("base64url");
  file("server.pem", cert);
  file("server.key", key);
  file("password", password);
  file("alertmanager.yml", stringify(alertmanagerConfiguration));
  // Last: it marks the set as complete.
  file("web.yml", stringify(webConfiguration({ [username]: await hash(password, 10) })));
}
