import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";

/** How the server answers for a file, other than by sending it. */
export type Fault = "gone" | "always cut" | "cut once";

/** A server on loopback that stands in for the official downloads: archives, by the last part of their address. */
export class Upstream {
  readonly folder: string;
  readonly faults = new Map<string, Fault>();
  /** The requests that arrived, as a proxy sees them: whole addresses. */
  readonly asked: string[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Packs a tar.gz of executables. @param contents path inside the archive to text, or to a file of this machine */
  pack(name: string, contents: Readonly<Record<string, { text: string } | { file: string }>>): void {
    const root = join(this.folder, `${name}.unpacked`);
    for (const [inside, from] of Object.entries(contents)) {
      const path = join(root, inside);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "text" in from ? from.text : readFileSync(from.file), { mode: 0o755 });
    }
    const tar = ["--create", "--use-compress-program=gzip --fast", "--file", join(this.folder, name), "-C", root];
    execFileSync("tar", [...tar, ...new Set(Object.keys(contents).map((path) => path.split("/")[0] ?? ""))]);
  }

  sha256(name: string): string {
    return createHash("sha256")
      .update(readFileSync(join(this.folder, name)))
      .digest("hex");
  }

  #answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
    this.asked.push(url);
    const name = basename(url);
    const fault = this.faults.get(name);
    if (fault === "gone") return void response.writeHead(404).end();
    const whole = readFileSync(join(this.folder, name));
    const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
    const rest = whole.subarray(from);
    const range = from > 0 ? { "content-range": `bytes ${from}-${whole.length - 1}/${whole.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { "content-length": rest.length, ...range });
    if (fault !== "always cut" && (fault !== "cut once" || from > 0)) return void response.end(rest);
    response.write(rest.subarray(0, Math.ceil(rest.length / 2)), () => response.destroy());
  }
}
