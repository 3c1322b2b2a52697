import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Limits, releaseFiles, renderReceiver, renderSender } from "@metrics-link/envoy";
import { differencesFrom } from "@metrics-link/envoy/read/index.ts";
import { runningEnvoy } from "@metrics-link/host/agent/evidence/envoy.ts";
import { ask } from "@metrics-link/host/common/http.ts";
import { ports } from "@metrics-link/release";
import { eventually } from "../../../support/eventually.ts";
import { freePorts } from "../../../support/free-ports.ts";
import { Authority, type Leaf } from "./authority.ts";
import type { Caller } from "./client.ts";
import { EnvoyProcess } from "./envoy-process.ts";
import { ReleaseFolder } from "./release.ts";
import { Sink } from "./sink.ts";

export const senderName = "metrics-sender.account-a.internal";
export const receiverName = "metrics-ingest.account-b.internal";

export interface LinkOptions {
  /** Of both sides. */
  readonly limits?: Partial<Limits>;
  /** Of the receiver, where they differ. */
  readonly receiverLimits?: Partial<Limits>;
  /** The receiver's leaf, when it shall not be the valid one. */
  readonly receiverLeaf?: (link: Link) => Leaf;
  /** Addresses of the receiver that the sender knows; it listens on 127.0.0.1 alone. */
  readonly receiverAddresses?: readonly string[];
  /** Whether the receiver's Envoy leads to the gate, at `receiverHost.gateSocket`, instead of to the sink. */
  readonly gated?: boolean;
  /** More senders at the receiver, by name: each with a root and source addresses of its own. */
  readonly otherSenders?: Readonly<Record<string, { dnsName: string; addresses: readonly string[]; root: string }>>;
}

/** Both Envoys of the link on loopback, with real PKIs, and a sink where the receiver's Prometheus would be. */
export class Link {
  readonly accountA: Authority;
  readonly accountB: Authority;
  readonly senderLeaf: Leaf;
  readonly receiverLeaf: Leaf;
  readonly receiverHost: ReleaseFolder;
  readonly senderHost: ReleaseFolder;
  sink!: Sink;
  sender!: EnvoyProcess;
  receiver!: EnvoyProcess;
  readonly #directory: string;
  readonly #options: LinkOptions;
  #ports: readonly number[] = [];

  private constructor(options: LinkOptions) {
    this.#options = options;
    this.#directory = mkdtempSync(join(tmpdir(), "link-"));
    this.accountA = new Authority(this.#directory, "a");
    this.accountB = new Authority(this.#directory, "b");
    this.senderLeaf = this.accountA.issue({ dnsName: senderName, usage: "clientAuth" });
    this.receiverLeaf =
      options.receiverLeaf?.(this) ?? this.accountB.issue({ dnsName: receiverName, usage: "serverAuth" });
    this.senderHost = this.#host("sender");
    this.receiverHost = this.#host("receiver");
  }

  static async up(options: LinkOptions = {}): Promise<Link> {
    const link = new Link(options);
    try {
      link.#ports = await freePorts(6);
      await link.restartSink();
      link.receiver = await link.#startReceiver();
      link.sender = await link.#startSender();
      return link;
    } catch (cause) {
      await link.down();
      throw cause;
    }
  }

  /** Prometheus comes (back) up. */
  async restartSink(): Promise<void> {
    this.sink = await Sink.listen(this.#port(5));
  }

  /** One more PKI. */
  newAuthority(name: string): Authority {
    return new Authority(this.#directory, name);
  }

  async down(): Promise<void> {
    await Promise.all([this.sender?.stop(), this.receiver?.stop(), this.sink?.close()]);
    rmSync(this.#directory, { recursive: true });
  }

  /** A host on the internet with the sender's certificate and address; a test replaces what shall be wrong. */
  get client(): Caller {
    return { leaf: this.senderLeaf, root: this.accountB.root, serverName: receiverName, port: this.ingestPort };
  }

  get ingestPort(): number {
    return this.#port(0);
  }

  get readyUrl(): string {
    return `http://127.0.0.1:${this.#port(1)}`;
  }

  get receiverMetricsUrl(): string {
    return `http://127.0.0.1:${this.#port(2)}`;
  }

  get egressUrl(): string {
    return `http://127.0.0.1:${this.#port(3)}`;
  }

  /** Where the receiver's Envoy looks for Prometheus. */
  get prometheusPort(): number {
    return this.#port(5);
  }

  /** What the sender's Prometheus does. */
  async write(body: string | Uint8Array<ArrayBuffer> = "samples"): Promise<number> {
    const answer = await fetch(`${this.egressUrl}/api/v1/write`, { method: "POST", body });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** Lays out the receiver's release. @param suspended senders that have no chain in it @returns its directory */
  receiverRelease(leaf: Leaf, senderRoot: string, suspended: readonly string[] = []): string {
    const others = Object.entries(this.#options.otherSenders ?? {});
    const declared = [
      { name: "a", dnsName: senderName, addresses: ["127.0.0.1"], root: senderRoot },
      ...others.map(([name, other]) => ({ name, ...other })),
    ];
    const senders = declared.filter(({ name }) => !suspended.includes(name));
    const rendering = renderReceiver({
      nodeId: "receiver",
      senders: senders.map(({ root: _, ...sender }) => sender),
      declared: declared.length,
      gated: this.#options.gated ?? false,
      limits: { ...this.#options.limits, ...this.#options.receiverLimits },
    });
    const places = {
      [ports.ingest]: this.#place(0),
      [ports.ready]: this.#place(1),
      [ports.envoyMetrics]: this.#place(2),
      [ports.prometheus]: this.#place(5),
    };
    const roots = Object.fromEntries(senders.map(({ name, root }) => [name, root]));
    return this.receiverHost.write(rendering, leaf, roots, places);
  }

  /** Lays out the sender's release. @returns its directory */
  senderRelease(leaf: Leaf, receiverRoot: string): string {
    const rendering = renderSender({
      nodeId: "sender",
      receiver: { name: "b", dnsName: receiverName, addresses: this.#options.receiverAddresses ?? ["127.0.0.1"] },
      limits: this.#options.limits ?? {},
    });
    const places = {
      [ports.https]: this.#place(0),
      [ports.remoteWriteEgress]: this.#place(3),
      [ports.envoyMetrics]: this.#place(4),
    };
    return this.senderHost.write(rendering, leaf, { b: receiverRoot }, places);
  }

  /** A release without these senders comes into force; Envoy runs on. */
  async suspend(...names: string[]): Promise<void> {
    this.receiverHost.switchTo(this.receiverRelease(this.receiverLeaf, this.accountA.root, names));
    await this.inForce();
  }

  /** Waits until the receiver's Envoy runs what its release says. */
  async inForce(): Promise<void> {
    const lookup = (path: string) => {
      const file = join(this.receiverHost.current, path);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    };
    let last: unknown;
    await eventually("Envoy runs what the release says", async () => {
      last = differencesFrom(lookup, await this.running("receiver"));
      return Array.isArray(last) && last.length === 0 ? true : undefined;
    }).catch((cause: Error) => {
      throw new Error(`${cause.message}; last difference: ${JSON.stringify(last)}`, { cause });
    });
  }

  /** What one side's Envoy says that it runs. */
  running(side: "sender" | "receiver") {
    return runningEnvoy({ ask: (request) => ask({ ...request, socketPath: this[`${side}Host`].adminSocket }) });
  }

  async #startReceiver(): Promise<EnvoyProcess> {
    this.receiverHost.switchTo(this.receiverRelease(this.receiverLeaf, this.accountA.root));
    return this.startInForce();
  }

  /** Starts the receiver's Envoy with the release in force. */
  startInForce(): Promise<EnvoyProcess> {
    return EnvoyProcess.start(join(this.receiverHost.current, releaseFiles.bootstrap), this.#port(2));
  }

  async #startSender(): Promise<EnvoyProcess> {
    this.senderHost.switchTo(this.senderRelease(this.senderLeaf, this.accountB.root));
    return EnvoyProcess.start(join(this.senderHost.current, releaseFiles.bootstrap), this.#port(4));
  }

  #host(name: string): ReleaseFolder {
    mkdirSync(join(this.#directory, name));
    return new ReleaseFolder(join(this.#directory, name));
  }

  #port(index: number): number {
    const port = this.#ports[index];
    if (port === undefined) throw new Error(`port number ${index} was not reserved`);
    return port;
  }

  #place(index: number) {
    return { address: "127.0.0.1", port: this.#port(index) };
  }
}
