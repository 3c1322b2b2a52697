import { hostPaths, hostUsers } from "@metrics-link/release";
import { parse } from "yaml";

/** The files that a first boot writes, with their modes: packages/host/cloud/cloud-init.ts, written down a second time. */
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

/** What is said of a user besides its name and number: nobody logs in as one. */
const user: Readonly<Record<string, unknown>> = {
  system: true,
  no_create_home: true,
  homedir: "/nonexistent",
  shell: "/usr/sbin/nologin",
  lock_passwd: true,
};

/**
 * What user data says besides what is known of a host: cloud-init has some sixty modules, and most of them run something
 * or let somebody in. Keys, users and files are closed sets; what the files hold, a review compares byte by byte.
 */
export function* strangeIn(text: string): Generator<string> {
  if (!text.startsWith("#cloud-config\n")) {
    yield "is no cloud-config, so nobody can tell what it does";
    return;
  }
  let said: Readonly<Record<string, unknown>>;
  try {
    // Refuses a key twice; anchors and merges, by which one thing can be said in two places, have no use here.
    said = parse(text, { maxAliasCount: 0, merge: false });
  } catch (error) {
    yield `cannot be read: ${(error as Error).message.split("\n", 1)[0]}`;
    return;
  }
  for (const [key, value] of Object.entries(said)) {
    if (key === "users") yield* each(key, value, strangeUser);
    else if (key === "write_files") yield* each(key, value, strangeFile);
    else if (!(key in switches)) yield `has ${key}`;
    else if (value !== switches[key]) yield `says ${key}: ${JSON.stringify(value)} instead of ${switches[key]}`;
  }
  for (const key of [...Object.keys(switches), "users"]) if (!(key in said)) yield `lacks ${key}`;
}

const switches: Readonly<Record<string, unknown>> = { disable_root: true, ssh_pwauth: false };

type Entry = Readonly<Record<string, unknown>>;

function* each(key: string, value: unknown, question: (one: Entry) => Iterable<string>): Generator<string> {
  if (!Array.isArray(value)) yield `has ${key} that is no list`;
  for (const one of [value].flat()) {
    // The word "default" stands for the image's own user, who may log in.
    if (typeof one === "object" && one !== null) yield* question(one as Entry);
    else yield `has ${key}: ${JSON.stringify(one)}`;
  }
}

function* strangeUser({ name, uid, ...rest }: Entry): Generator<string> {
  const known = Object.values<unknown>(hostUsers).includes(name) && typeof uid === "number" && uid > 0;
  if (!known) yield `has the user ${JSON.stringify(name)} with the number ${JSON.stringify(uid)}`;
  for (const [key, value] of Object.entries(rest)) {
    if (!(key in user)) yield `says ${key} of the user ${name}`;
    else if (value !== user[key])
      yield `says ${key}: ${JSON.stringify(value)} of the user ${name} instead of ${user[key]}`;
  }
  for (const key of Object.keys(user)) if (!(key in rest)) yield `says no ${key} of the user ${name}`;
}

function* strangeFile({ path, permissions, content, ...rest }: Entry): Generator<string> {
  const mode = files[String(path)];
  if (mode === undefined) yield `writes ${JSON.stringify(path)}`;
  else if (permissions !== mode) yield `writes ${path} with ${JSON.stringify(permissions)} instead of ${mode}`;
  if (typeof content !== "string") yield `writes ${path} with no text`;
  for (const key of Object.keys(rest)) yield `says ${key} of the file ${path}`;
}
