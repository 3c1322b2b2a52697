import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Labels, Pins } from "@metrics-link/contract";
import { LinkError } from "@metrics-link/contract";
import { type Document, isSeq, parseDocument, type Scalar } from "yaml";
import { type Guest, guests, type Side, sides } from "../world/accounts.ts";
import { type Alertmanager, exchangeDocument, hostDocument, marker } from "./stack-documents.ts";

export const roles = ["sender", "receiver"] as const;
export type Role = (typeof roles)[number];

export const senders = ["sender", ...guests] as const;
export type Sender = (typeof senders)[number];

/** What each account is of a link. */
export const roleOf = (side: Side): Role => (side === "receiver" ? "receiver" : "sender");

/** The names of the senders in the receiver's configuration. */
export const senderNames: Readonly<Record<Sender, string>> = {
  sender: "account-a",
  "sender-c": "account-c",
  "sender-d": "account-d",
};

/** The exchange stack of an account, which shows its contract to the others. */
export const exchangeOf = <Name extends Side>(side: Name): `${Name}-exchange` => `${side}-exchange`;

/** Every stack that a sandbox begins with: of each account the exchange, and the one with the host. */
export const stackNames = roles.flatMap((role) => [exchangeOf(role), role]);
export type SandboxStack = Side | `${Side}-exchange`;
const allStacks: readonly SandboxStack[] = sides.flatMap((side) => [exchangeOf(side), side]);

/** A stack's name as another stack's configuration has it. */
export const wholeName = (stack: SandboxStack): string => `organization/metrics-link/${stack}`;

export const peerOf: Readonly<Record<Role, Role>> = { sender: "receiver", receiver: "sender" };

const sendersPath = ["config", "metrics-link:senders"];
const pinKeys = ["rootFingerprints", "addresses"] as const;

/** What is pinned of a peer; labels of a sender alone. */
export type PeerPins = Pins & { readonly labels: Labels };

/** Configuration key of the password at the Alertmanager. */
export const passwordKey = "metrics-link:prometheus.alertmanagers[0].basicAuth.password";

/**
 * The configuration files of the sandbox's stacks: the repository's examples, changed where one
 * machine requires it. Never touches a file that it did not write.
 */
export class StackFiles {
  private readonly examples: string;
  private readonly folder: string;
  private readonly artifacts: string;
  private readonly alertmanager: Alertmanager;

  /**
   * @param repository where the examples are
   * @param project the folder with Pulumi.yaml whose stacks/ is written to
   * @param artifacts output of the sandbox's ceremonies, a folder per role
   * @param alertmanager receives the alerts of both
   */
  constructor(repository: string, project: string, artifacts: string, alertmanager: Alertmanager) {
    this.examples = join(repository, "stacks", "examples");
    this.folder = join(project, "stacks");
    this.artifacts = artifacts;
    this.alertmanager = alertmanager;
  }

  path(stack: SandboxStack): string {
    return join(this.folder, `Pulumi.${stack}.yaml`);
  }

  /**
   * Writes the files of an account's two stacks, each unless it is there.
   * @throws LinkError STACK_FILE_INVALID when the sandbox did not make the one that is there
   */
  write(side: Side): void {
    for (const stack of [exchangeOf(side), side]) {
      if (existsSync(this.path(stack))) this.requireOurs(stack);
      else this.save(stack, stack === side ? this.newHost(side) : this.newExchange(side));
    }
  }

  private newExchange(side: Side): Document {
    const { examples, artifacts } = this;
    return exchangeDocument(examples, side, { shows: wholeName(side), artefacts: join(artifacts, side) });
  }

  private newHost(side: Side): Document {
    const { examples, artifacts, alertmanager } = this;
    const document = hostDocument(examples, side, {
      exchange: wholeName(exchangeOf(side)),
      artefacts: join(artifacts, side),
      alertmanager,
    });
    const path = peerPath(document, side);
    // Of the peer, its exchange is read, and nothing else.
    document.setIn([...path, "stack"], wholeName(exchangeOf(peerOf[roleOf(side)])));
    // Nothing is pinned of the peer yet.
    for (const key of pinKeys) document.deleteIn([...path, key]);
    return document;
  }

  /** A section of the configuration, by its key without the namespace. */
  section<Section>(side: Side, key: string): Section {
    return this.load(side).toJS().config[`metrics-link:${key}`] as Section;
  }

  /** Whether the Alertmanager's password is still unset. */
  lacksPassword(side: Side): boolean {
    const { alertmanagers = [] } = this.section<{ alertmanagers?: { basicAuth: { password?: unknown } }[] }>(
      side,
      "prometheus",
    );
    return alertmanagers.some(({ basicAuth }) => basicAuth.password === undefined);
  }

  /** The senders that the receiver knows, suspended ones included. */
  senders(): readonly Sender[] {
    const known = sendersIn(this.load("receiver"));
    return senders.filter((sender) => known.includes(senderNames[sender]));
  }

  /** The pins of the peer: root fingerprints or addresses. */
  pins(role: Role, key: keyof Pins = "rootFingerprints"): readonly string[] {
    const document = this.load(role);
    const found: unknown = document.getIn([...peerPath(document, role), key]);
    return isSeq<Scalar<string>>(found) ? found.items.map(({ value }) => value) : [];
  }

  /**
   * Pins a peer, as a person does after the telephone call.
   * @param sender which one, at the receiver
   */
  pin(side: Side, pins: Partial<PeerPins>, sender: Sender = "sender"): void {
    const document = this.load(side);
    for (const [key, values] of Object.entries(pins)) {
      document.setIn([...peerPath(document, side, sender), key], document.createNode(values));
    }
    this.save(side, document);
  }

  /** Adds a sender to the receiver's. */
  admit(guest: Guest, pins: PeerPins): void {
    const document = this.load("receiver");
    const entry = { name: senderNames[guest], stack: wholeName(exchangeOf(guest)), ...pins };
    document.addIn(sendersPath, document.createNode(entry));
    this.save("receiver", document);
  }

  /** Removes a sender from the receiver's. */
  dismiss(guest: Guest): void {
    const document = this.load("receiver");
    document.deleteIn(peerPath(document, "receiver", guest));
    this.save("receiver", document);
  }

  /**
   * Suspends the peer with a reason, or resumes it; the next update applies it.
   * @param sender which one, at the receiver
   */
  suspend(side: Side, reason: string | undefined, sender: Sender = "sender"): void {
    const document = this.load(side);
    const path = [...peerPath(document, side, sender), "suspended"];
    if (reason === undefined) document.deleteIn(path);
    else document.setIn(path, reason);
    this.save(side, document);
  }

  /**
   * Requires that a stack's secrets are encrypted by this key, if by any: moto keeps no key after its end.
   * @throws LinkError SANDBOX_UNUSABLE
   */
  requireKey(side: Side, secretsProvider: string): void {
    const known: unknown = this.load(side).get("secretsprovider");
    if (known === undefined || known === secretsProvider) return;
    throw new LinkError("SANDBOX_UNUSABLE", {
      what:
        `the secrets in ${this.path(side)} have a key of the sandbox's last run, which its AWS API no longer has, as after a ` +
        "restart of the machine",
      next: "run `npm run -s sandbox -- down`, which removes what is left of it, then `npm start`",
    });
  }

  /** Removes what `write` wrote. */
  remove(): void {
    for (const stack of allStacks) if (this.isOurs(stack)) rmSync(this.path(stack));
  }

  private isOurs(stack: SandboxStack): boolean {
    return existsSync(this.path(stack)) && readFileSync(this.path(stack), "utf8").includes(marker);
  }

  private requireOurs(stack: SandboxStack): void {
    if (this.isOurs(stack)) return;
    throw new LinkError("STACK_FILE_INVALID", {
      what: `${this.path(stack)} was not made by the sandbox`,
      next: "move it away, or give your stack another name",
    });
  }

  private load(side: Side): Document {
    const path = this.path(side);
    if (!existsSync(path)) {
      throw new LinkError("STACK_FILE_INVALID", {
        what: `${path} is missing, which the sandbox made for its ${side}`,
        next: "bring it back, or start anew: npm run -s sandbox -- down, then up",
      });
    }
    return parseDocument(readFileSync(path, "utf8"));
  }

  private save(stack: SandboxStack, document: Document): void {
    writeFileSync(this.path(stack), document.toString({ lineWidth: 0, flowCollectionPadding: false }));
  }
}

const sendersIn = (document: Document): unknown[] => {
  const { config } = document.toJS() as { config: Record<string, { name?: unknown }[] | undefined> };
  return (config["metrics-link:senders"] ?? []).map(({ name }) => name);
};

/** Where a configuration has its peer. @throws LinkError STACK_FILE_INVALID for a sender that the receiver does not know */
function peerPath(document: Document, side: Side, sender: Sender = "sender"): readonly (string | number)[] {
  if (side !== "receiver") return ["config", "metrics-link:peer"];
  const index = sendersIn(document).indexOf(senderNames[sender]);
  if (index >= 0) return [...sendersPath, index];
  throw new LinkError("STACK_FILE_INVALID", { what: `the receiver has no sender ${senderNames[sender]}` });
}
