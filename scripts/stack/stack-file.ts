import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Beyond,
  configurationNamespace,
  type ExchangeConfiguration,
  type FleetFile,
  fleetFolder,
  isExchange,
  isFleetFile,
  parseConfiguration,
  parseExchange,
  type Source,
  senderFileText,
  stackFileSource,
} from "@metrics-link/config";
import {
  InvalidInputError,
  type Labels,
  LinkError,
  messageOf,
  type Pins,
  type Problem,
  parseJson,
} from "@metrics-link/contract";
import { readFleetFolder, removeSenderFile, writeSenderFile, writeWhole } from "@metrics-link/fleet/folder/index.ts";
import type { GenerationChange } from "@metrics-link/pki/rotation/index.ts";
import { type AlertOverrides, wrongOverrides } from "@metrics-link/prometheus";
import { type Document, isMap, parseDocument } from "yaml";
import { z } from "zod";

type Configuration = ReturnType<typeof parseConfiguration>;

type SenderKeys = Readonly<Record<string, unknown>>;

/** The configuration of a stack in source control, with its comments. What is written is what a person would write. */
export class StackFile {
  readonly path: string;
  /** Of the repository whose files it names. */
  readonly root: string;

  constructor(path: string, root: string = join(import.meta.dirname, "..", "..")) {
    this.path = path;
    this.root = root;
  }

  /** @throws InvalidInputError when it is not usable; LinkError when there is no such file, or it is not YAML */
  read(): Configuration {
    return this.configurationIn(this.load());
  }

  /** The same of any stack: an exchange stack, which has no host, has a configuration of its own. */
  readAny(): Configuration | ExchangeConfiguration {
    const document = this.load();
    const raw = rawIn(document);
    return isExchange(raw) ? parseExchange(raw, this.source()) : this.configurationIn(document);
  }

  /** @throws LinkError STACK_FILE_INVALID when it cannot be read */
  text(): string {
    try {
      return readFileSync(this.path, "utf8");
    } catch (cause) {
      throw new LinkError("STACK_FILE_INVALID", {
        what: `${this.path} cannot be read: ${messageOf(cause)}`,
        next: "name a stack whose file is there, or copy one of stacks/examples",
        cause,
      });
    }
  }

  setGenerations(change: GenerationChange): void {
    const document = this.load();
    for (const [key, value] of Object.entries(change)) {
      const path = ["config", `${configurationNamespace}:pki`, "generations", key];
      if (value === undefined || (Array.isArray(value) && value.length === 0)) document.deleteIn(path);
      else document.setIn(path, document.createNode(value, { flow: true }));
    }
    this.save(document);
  }

  /** Of an exchange stack: the generations of the roots that it shows while its host shows none. */
  setRoots(roots: readonly number[]): void {
    const document = this.load();
    document.setIn(["config", `${configurationNamespace}:pki`, "roots"], document.createNode(roots, { flow: true }));
    this.save(document);
  }

  setScrapeConfigs(folder: string | undefined): void {
    const document = this.load();
    const path = ["config", `${configurationNamespace}:prometheus`, "scrapeConfigs"];
    if (folder === undefined) document.deleteIn(path);
    else document.setIn(path, folder);
    this.save(document);
  }

  /** Thresholds and durations of alerts. None: the alerts' own. */
  setAlerts(alerts: AlertOverrides): void {
    const document = this.load();
    const path = ["config", `${configurationNamespace}:prometheus`, "alerts"];
    if (Object.keys(alerts).length === 0) document.deleteIn(path);
    else document.setIn(path, document.createNode(alerts));
    this.save(document);
  }

  /** The folder with a file for each sender, if the stack has one, and its files. */
  fleet(): { readonly folder: string | undefined; readonly files: readonly FleetFile[] } {
    const raw = rawIn(this.load());
    return { folder: fleetFolder(raw), files: readFleetFolder(this.root, raw) };
  }

  /** The configuration with other files of senders. @throws InvalidInputError when it would not be usable */
  private readWith(files: readonly FleetFile[]): Configuration {
    return this.configurationIn(this.load(), files);
  }

  /**
   * Writes what is pinned of a peer, by its stack: into its own file if it has one.
   * @returns the path of the file that was written
   * @throws LinkError when the peer is not in the file; InvalidInputError when the file would not be usable with these pins,
   * such as an address that is another sender's. Nothing is written then.
   */
  setPins(peer: string, pins: Pins & { readonly labels?: Labels }): string {
    const configuration = this.read();
    const sender =
      configuration.role === "receiver" ? configuration.senders.find(({ stack }) => stack === peer) : undefined;
    const { folder } = this.fleet();
    if (sender?.contract !== undefined && isFleetFile(folder, sender.contract)) {
      this.changeSender(sender.contract, (entry) => ({ ...entry, ...withoutEmpty(pins) }));
      return sender.contract;
    }
    this.setOwnPins(configuration, peer, pins);
    return this.path;
  }

  /**
   * Changes a sender's file. A person's keys stay, in the order in which they are written.
   * @param outputs those of the stack whose contract it is from now on; without them the contract stays
   * @returns whether it is another text than before
   * @throws LinkError when there is no such file; InvalidInputError when the configuration would not be usable with it. Nothing
   * is written then.
   */
  changeSender(path: string, change: (found: SenderKeys) => SenderKeys, outputs?: SenderKeys): boolean {
    this.read();
    const file = this.fleet().files.find((one) => one.path === path);
    if (file === undefined || !("text" in file))
      throw new LinkError("REPOSITORY_FILE_INVALID", { what: `${path} is not a sender's file` });
    const found = parseJson(z.record(z.string(), z.unknown()), file.text, path);
    const text = senderFileText(change(found), outputs ?? found);
    if (text === file.text) return false;
    this.putSender(path, text);
    return true;
  }

  /** Writes a sender's file, new or not. @throws InvalidInputError when the configuration would not be usable with it */
  putSender(path: string, text: string): void {
    // The first one: a folder with nothing in it is in no checkout.
    const { folder } = this.fleet();
    if (folder !== undefined) mkdirSync(join(this.root, folder), { recursive: true });
    this.readWith([...this.filesBut(path), { path, text }]);
    writeSenderFile(this.root, path, text);
  }

  /**
   * Removes a sender's file.
   * @returns what changed, by its path
   * @throws InvalidInputError when the configuration would not be usable without it
   */
  removeSender(path: string): readonly string[] {
    this.read();
    this.readWith(this.filesBut(path));
    const keeper = removeSenderFile(this.root, path);
    return keeper === undefined ? [path] : [path, keeper];
  }

  private filesBut(path: string): readonly FleetFile[] {
    return this.fleet().files.filter((one) => one.path !== path);
  }

  private setOwnPins(
    configuration: Configuration,
    peer: string,
    { labels, ...pins }: Pins & { readonly labels?: Labels },
  ): void {
    const document = this.load();
    const path = this.peerPath(configuration, peer);
    for (const [key, values] of Object.entries(pins)) {
      if (values.length === 0) document.deleteIn([...path, key]);
      else document.setIn([...path, key], document.createNode(values));
    }
    if (labels !== undefined) document.setIn([...path, "labels"], document.createNode(labels));
    this.configurationIn(document);
    this.save(document);
  }

  private peerPath(configuration: Configuration, peer: string): (string | number)[] {
    if (configuration.role === "sender") return ["config", `${configurationNamespace}:peer`];
    const index = configuration.senders.findIndex(({ stack }) => stack === peer);
    if (index < 0)
      throw new LinkError("STACK_FILE_INVALID", { what: `${this.path} has no sender with the stack ${peer}` });
    return ["config", `${configurationNamespace}:senders`, index];
  }

  /** @throws InvalidInputError STACK_FILE_INVALID when it is not a YAML mapping, with every line that is wrong */
  private load(): Document {
    const text = this.text();
    const document = parseDocument(text);
    const problem = (remedy: string, line?: number): Problem => ({
      key: "text",
      value: line === undefined ? text.slice(0, 80) : text.split("\n")[line - 1],
      remedy,
      ...(line !== undefined && { line }),
    });
    const problems = document.errors.map(({ message, linePos }) =>
      problem((message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:$/, ""), linePos?.[0].line),
    );
    if (problems.length === 0) problems.push(...aliasProblems(document).map((remedy) => problem(remedy)));
    if (problems.length === 0 && !isMap(document.contents)) problems.push(problem("it has no keys"));
    if (problems.length > 0)
      throw new InvalidInputError(`${this.path} is not a YAML mapping`, problems, "STACK_FILE_INVALID");
    return document;
  }

  private configurationIn(document: Document, files = readFleetFolder(this.root, rawIn(document))): Configuration {
    const beyond: Beyond = ({ prometheus }) => wrongOverrides(prometheus?.alerts);
    return parseConfiguration(rawIn(document), this.source(), beyond, files);
  }

  private source(): Source {
    return stackFileSource(this.path, this.text(), configurationNamespace);
  }

  /** Whole or not at all: a killed command leaves the old file. Lists as `pulumi config set` writes them: `[a, b]`. */
  private save(document: Document): void {
    writeWhole(this.path, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
  }
}

/** A list with nothing in it is a key that is not there. */
const withoutEmpty = (pins: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(pins).map(([key, value]) => [key, Array.isArray(value) && value.length === 0 ? undefined : value]),
  );

/** Aliases without an anchor, or too many: the parser leaves them to whoever takes the values. */
function aliasProblems(document: Document): string[] {
  try {
    document.toJS();
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** The keys of the configuration without their namespace. */
function rawIn(document: Document): Readonly<Record<string, unknown>> {
  const { config = {} } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
  const prefix = `${configurationNamespace}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), withSecretsClosed(value)]));
}

/** Pulumi writes a secret as `{ secure: <ciphertext> }`. Whoever reads the file alone knows that there is one. */
function withSecretsClosed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecretsClosed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [[key, ciphertext] = []] = entries;
  if (entries.length === 1 && key === "secure" && typeof ciphertext === "string") return "(secret)";
  return Object.fromEntries(entries.map(([name, inner]) => [name, withSecretsClosed(inner)]));
}
