/** Carries a network out: what is missing is made, what differs is changed, what is too much is removed. */

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { LinkError } from "@metrics-link/contract";
import { execute, inNamespace, run } from "../command.ts";
import type { Namespace, Network } from "./model.ts";
import { type Observed, observe } from "./observe.ts";
import { planLinks, planNamespace } from "./plan.ts";
import { renderRuleset } from "./ruleset.ts";

/** A kernel without IPv6 has no settings for it. */
const ipv6 = existsSync("/proc/sys/net/ipv6");

/** The namespaces of this machine whose name starts with `prefix`. */
export async function listNamespaces(prefix: string): Promise<string[]> {
  const names = await readdir("/run/netns").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => name.startsWith(prefix)).sort();
}

/**
 * Removes namespaces, their cables first: a namespace lives on, nameless, while a process or a socket is in it, and
 * must not stay connected.
 */
export async function deleteNamespaces(names: readonly string[]): Promise<void> {
  for (const name of names) {
    // A namespace whose mount a crash left out has nothing to observe, only a name to delete.
    const cables = await observe(name).catch(() => undefined);
    for (const cable of cables?.interfaces.keys() ?? []) if (cable !== "lo") await removeInterface(name, cable);
    await run(["ip", "netns", "delete", name]);
  }
}

export class NetworkApplier {
  readonly #prefix: string;
  /** The ruleset text last loaded into each namespace. */
  readonly #loaded = new Map<string, string>();
  readonly #configured = new Set<string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /**
   * Idempotent. Rules are in force before the first cable is laid: nothing is open for a moment. With `keep`, nothing
   * that is there is removed.
   */
  async apply(network: Network, options: { readonly keep?: boolean } = {}): Promise<void> {
    const present = new Set(await listNamespaces(this.#prefix));
    const created = network.namespaces.filter(({ name }) => !present.has(name));
    for (const { name } of created) this.#forget(name);
    if (created.length > 0) await batch(created.map(({ name }) => `netns add ${name}`));
    await Promise.all(
      network.namespaces.map(async (namespace) => {
        await this.#loadRules(namespace);
        await this.#configure(namespace);
      }),
    );

    const before = await this.#observeAll(network);
    const links = planLinks(network.links, before, options);
    for (const { namespace, name } of links.removals) await removeInterface(namespace, name);
    if (links.additions.length > 0) await batch(links.additions);
    const changed = links.removals.length + links.additions.length > 0;
    const after = changed ? await this.#observeAll(network) : before;
    await Promise.all(
      network.namespaces.map(async (namespace) => {
        const observed = after.get(namespace.name);
        const commands = observed ? planNamespace(namespace, observed, options) : [];
        if (commands.length > 0) await batch(commands, namespace.name);
      }),
    );
  }

  /** Removes the namespaces that the network no longer has. Their processes must have ended. */
  async prune(network: Network): Promise<void> {
    const wanted = new Set(network.namespaces.map(({ name }) => name));
    const unwanted = (await listNamespaces(this.#prefix)).filter((name) => !wanted.has(name));
    await deleteNamespaces(unwanted);
    for (const name of unwanted) this.#forget(name);
  }

  #forget(name: string): void {
    this.#loaded.delete(name);
    this.#configured.delete(name);
  }

  async #loadRules({ name, tables }: Namespace): Promise<void> {
    const ruleset = renderRuleset(tables);
    if (tables.length === 0 || this.#loaded.get(name) === ruleset) return;
    await run(inNamespace(name, ["nft", "-f", "-"]), { stdin: ruleset });
    this.#loaded.set(name, ruleset);
  }

  /** Once in the life of this process: after a crash in the middle, interfaces may be missing, but never settings. */
  async #configure({ name, sysctls }: Namespace): Promise<void> {
    if (this.#configured.has(name)) return;
    const settings = Object.entries(sysctls)
      .filter(([key]) => ipv6 || !key.startsWith("net.ipv6."))
      .map(([key, value]) => `${key}=${value}`);
    await run(inNamespace(name, ["sysctl", "--quiet", "--load=-"]), { stdin: settings.join("\n") });
    this.#configured.add(name);
  }

  async #observeAll(network: Network): Promise<Map<string, Observed>> {
    return new Map(
      await Promise.all(
        network.namespaces.map(async ({ name }): Promise<[string, Observed]> => [name, await observe(name)]),
      ),
    );
  }
}

/** A missing interface was removed with the other end of its veth pair. */
async function removeInterface(namespace: string, name: string): Promise<void> {
  const { code, stderr } = await execute(["ip", "-n", namespace, "link", "delete", name]);
  if (code !== 0 && !stderr.includes("Cannot find device")) {
    throw new LinkError("COMMAND_FAILED", {
      what: `cannot remove ${name} from namespace ${namespace}: ${stderr.trim()}`,
    });
  }
}

/** Several `ip` commands in one process; it stops at the first that fails. */
async function batch(commands: readonly string[], namespace?: string): Promise<void> {
  const inside = namespace === undefined ? [] : ["-n", namespace];
  await run(["ip", ...inside, "-batch", "-"], { stdin: `${commands.join("\n")}\n` });
}
