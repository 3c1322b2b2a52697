import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Rendering, releaseFiles } from "@metrics-link/envoy";
import { encodedFiles } from "@metrics-link/envoy/render/publish.ts";
import { hostPaths, ports } from "@metrics-link/release";
import type { Leaf } from "./authority.ts";
import { type Places, relocate, unmoved } from "./relocate.ts";

/** A host's folders below a directory of the test: releases and the symlink to the one in force. */
export class ReleaseFolder {
  readonly base: string;
  #count = 0;
  #places: Places = {};

  constructor(base: string) {
    this.base = base;
  }

  get current(): string {
    return join(this.base, "current");
  }

  get adminSocket(): string {
    return join(this.base, "admin.sock");
  }

  get gateSocket(): string {
    return join(this.base, "gate.sock");
  }

  /** Lays out one release beside the others, with whatever limits a test gave it. @returns its directory */
  write(
    rendering: Rendering,
    leaf: Leaf | undefined,
    rootBundles: Readonly<Record<string, string>>,
    places: Places,
    services: Readonly<Record<string, { leaf: Leaf; roots: string }>> = {},
  ): string {
    const directory = join(this.base, "releases", String(this.#count++));
    this.#places = places;
    const certificates = Object.entries(services).map(
      ([name, { leaf: own, roots }]) => [name, { certificateChain: own.certificateChain, roots }] as const,
    );
    const files = encodedFiles(rendering, {
      certificateChain: leaf?.certificateChain ?? "",
      rootBundles,
      services: Object.fromEntries(certificates),
    });
    const keys = [
      ...(leaf === undefined ? [] : [{ path: releaseFiles.privateKey, content: leaf.privateKey }]),
      ...Object.entries(services).map(([name, { leaf: own }]) => ({
        path: releaseFiles.service(name).privateKey,
        content: own.privateKey,
      })),
    ];
    for (const { path, content } of [...files, ...keys]) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      const moved = path.endsWith(".json") ? relocate(content, places) : content;
      writeFileSync(join(directory, path), this.#relocated(moved));
    }
    return directory;
  }

  /** As the agent does it: a new symlink, renamed over the old one. */
  switchTo(directory: string): void {
    symlinkSync(directory, `${this.current}.new`);
    renameSync(`${this.current}.new`, this.current);
  }

  /** What was published, from what a process of this test runs. */
  published(running: object): unknown {
    const text = JSON.stringify(running)
      .replaceAll(this.adminSocket, hostPaths.envoyAdminSocket)
      .replaceAll(this.gateSocket, hostPaths.gateSocket)
      .replaceAll(this.base, hostPaths.base);
    return JSON.parse(unmoved(text, this.#places, [ports.ingest, ports.ready]));
  }

  #relocated(content: string): string {
    return content
      .replaceAll(hostPaths.envoyAdminSocket, this.adminSocket)
      .replaceAll(hostPaths.gateSocket, this.gateSocket)
      .replaceAll(hostPaths.base, this.base);
  }
}
