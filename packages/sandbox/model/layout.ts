import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";

/** Where one sandbox keeps its state, and how its kernel objects are named. */
export interface Layout {
  /** Four hexadecimal digits that tell this sandbox's namespaces, cgroups and machines from another's. */
  readonly tag: string;
  readonly directory: string;
  /** HTTP over a unix socket: the world's own interface to the provider and the command line. */
  readonly socket: string;
  readonly pidFile: string;
  readonly log: string;
  /** Everything the cloud knows, as JSON, written after each change. */
  readonly cloudFile: string;
  /** The certificate authority behind the sandbox's AWS endpoints, and its certificate for clients. */
  readonly authorityDirectory: string;
  readonly authorityCertificate: string;
  /** Pulumi's file backend. */
  readonly backend: string;
  /** The providers, bundled. */
  readonly plugins: string;
  /** What the Alertmanager is configured with, what it keeps, and what it asks of its clients. */
  readonly alertmanager: string;
  readonly hosts: string;
  readonly volumes: string;
  /** Copies of volumes. */
  readonly snapshots: string;
}

/**
 * The layout of the sandbox called `name` of the checkout at `repository`. Two checkouts, or two names, never share
 * a namespace, a cgroup or a file. A unix socket path has at most 107 bytes (unix(7)), hence the short folder name.
 */
export function layoutOf(repository: string, name = "default", cache = cacheDirectory()): Layout {
  const tag = createHash("sha256").update(`${repository}\0${name}`).digest("hex").slice(0, 4);
  return layoutIn(join(cache, "sandboxes", `${name}-${tag}`));
}

/** The layout of the sandbox that has a directory, whoever made it. */
export function layoutIn(directory: string): Layout {
  const tag = directory.slice(-4);
  const authorityDirectory = join(directory, "authority");
  return {
    tag,
    directory,
    socket: join(directory, "world.sock"),
    pidFile: join(directory, "world.pid"),
    log: join(directory, "world.log"),
    cloudFile: join(directory, "cloud.json"),
    authorityDirectory,
    authorityCertificate: join(authorityDirectory, "ca.pem"),
    backend: join(directory, "backend"),
    plugins: join(directory, "plugins"),
    alertmanager: join(directory, "alertmanager"),
    hosts: join(directory, "hosts"),
    volumes: join(directory, "volumes"),
    snapshots: join(directory, "snapshots"),
  };
}
