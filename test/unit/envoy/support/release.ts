import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hostPaths } from "@metrics-link/contract/host-paths.ts";
import { envoyFiles, type Rendering, releaseFiles } from "@metrics-link/envoy";
import type { Leaf } from "./authority.ts";

/** A host's folders below a directory of the test: releases and the symlink to the one in force. */
export class ReleaseFolder {
  readonly base: string;
  #count = 0;

  constructor(base: string) {
    this.base = base;
  }

  get current(): string {
    return join(this.base, "current");
  }

  get adminSocket(): string {
    return join(this.base, "admin.sock");
  }

  /** Lays out one release beside the others. @returns its directory */
  write(rendering: Rendering, leaf: Leaf, rootBundles: Readonly<Record<string, string>>): string {
    const directory = join(this.base, "releases", String(this.#count++));
    const files = envoyFiles(rendering, { certificateChain: leaf.certificateChain, rootBundles });
    for (const { path, content } of [...files, { path: releaseFiles.privateKey, content: leaf.privateKey }]) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), this.#relocated(content));
    }
    return directory;
  }

  /** As the agent does it: a new symlink, renamed over the old one. */
  switchTo(directory: string): void {
    symlinkSync(directory, `${this.current}.new`);
    renameSync(`${this.current}.new`, this.current);
  }

  #relocated(content: string): string {
    return content.replaceAll(hostPaths.envoyAdminSocket, this.adminSocket).replaceAll(hostPaths.base, this.base);
  }
}
