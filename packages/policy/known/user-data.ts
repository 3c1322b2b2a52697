import { hostPaths, hostUsers } from "@metrics-link/release";
import { parse } from "yaml";
import { type Document, recordOf } from "../model/release.ts";

/** The files that the first boot writes, with their modes: packages/host/cloud/cloud-init.ts, written a second time. */
const files: Readonly<Record<string, string>> = {
  "/etc/sysctl.d/60-metrics-link.conf": "0644",
  "/etc/metrics-link/agent.json": "0644",
  [`${hostPaths.base}/bin/data-volume`]: "0755",
  [`${hostPaths.base}/bin/bootstrap`]: "0755",
  [`${hostPaths.base}/bin/agent`]: "0755",
  "/var/lib/cloud/scripts/per-boot/metrics-link": "0755",
  "/etc/systemd/system/metrics-link-data.service": "0644",
  "/etc/systemd/system/var-lib-metrics\\x2dlink.mount": "0644",
  "/etc/systemd/system/metrics-link-bootstrap.service": "0644",
  "/etc/systemd/system/metrics-link-agent.service": "0644",
  "/etc/systemd/system/metrics-link-agent.timer": "0644",
};

/** The settings of a user besides its name and number: nobody can log in as one. */
const user: Readonly<Record<string, unknown>> = {
  system: true,
  no_create_home: true,
  homedir: "/nonexistent",
  shell: "/usr/sbin/nologin",
  lock_passwd: true,
};

/**
 * What user data has besides the known keys, users and files: most of cloud-init's sixty modules run something or let
 * somebody in. The content of the files is compared byte by byte in a review.
 */
export function* userDataFaults(text: string): Generator<string> {
  if (!text.startsWith("#cloud-config\n")) {
    yield "is not a cloud-config";
    return;
  }
  let settings: Document;
  try {
    // Refuses duplicate keys; anchors and merges have no use here.
    settings = recordOf(parse(text, { maxAliasCount: 0, merge: false }));
  } catch (error) {
    yield `cannot be read: ${String(error instanceof Error ? error.message : error).split("\n", 1)[0]}`;
    return;
  }
  for (const [key, value] of Object.entries(settings)) {
    if (key === "users") yield* each(key, value, userFaults);
    else if (key === "write_files") yield* each(key, value, fileFaults);
    else if (!(key in switches)) yield `has ${key}`;
    else if (value !== switches[key]) yield `has ${key}: ${JSON.stringify(value)} instead of ${switches[key]}`;
  }
  for (const key of [...Object.keys(switches), "users"]) if (!(key in settings)) yield `lacks ${key}`;
}

const switches: Readonly<Record<string, unknown>> = { disable_root: true, ssh_pwauth: false };

function* each(key: string, value: unknown, check: (one: Document) => Iterable<string>): Generator<string> {
  if (!Array.isArray(value)) yield `has ${key} that is not a list`;
  for (const one of [value].flat()) {
    // The string "default" means the image's own user, who may log in.
    if (typeof one === "object" && one !== null) yield* check(recordOf(one));
    else yield `has ${key}: ${JSON.stringify(one)}`;
  }
}

function* userFaults({ name, uid, ...rest }: Document): Generator<string> {
  const known = Object.values<unknown>(hostUsers).includes(name) && typeof uid === "number" && uid > 0;
  if (!known) yield `has the user ${JSON.stringify(name)} with the number ${JSON.stringify(uid)}`;
  for (const [key, value] of Object.entries(rest)) {
    if (!(key in user)) yield `has ${key} for the user ${name}`;
    else if (value !== user[key])
      yield `has ${key}: ${JSON.stringify(value)} for the user ${name} instead of ${user[key]}`;
  }
  for (const key of Object.keys(user)) if (!(key in rest)) yield `has no ${key} for the user ${name}`;
}

function* fileFaults({ path, permissions, content, ...rest }: Document): Generator<string> {
  const mode = files[String(path)];
  if (mode === undefined) yield `writes ${JSON.stringify(path)}`;
  else if (permissions !== mode) yield `writes ${path} with ${JSON.stringify(permissions)} instead of ${mode}`;
  if (typeof content !== "string") yield `writes ${path} with no text`;
  for (const key of Object.keys(rest)) yield `has ${key} for the file ${path}`;
}
