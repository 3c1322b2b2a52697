import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pins } from "@metrics-link/contract";
import { LinkError } from "@metrics-link/contract";
import { type Document, isSeq, parseDocument, type Scalar } from "yaml";

export const roles = ["sender", "receiver"] as const;
export type Role = (typeof roles)[number];

/** The exchange stack of a role's account, which shows its contract to the other one. */
export const exchangeOf = (role: Role): `${Role}-exchange` => `${role}-exchange`;

/** Every stack of a sandbox: of each account the exchange, and the one with the host. */
export const stackNames: readonly SandboxStack[] = roles.flatMap((role) => [exchangeOf(role), role]);
export type SandboxStack = Role | `${Role}-exchange`;

/** A stack's name as another stack's configuration has it. */
export const wholeName = (stack: SandboxStack): string => `organization/metrics-link/${stack}`;

export const peerOf: Readonly<Record<Role, Role>> = { sender: "receiver", receiver: "sender" };

const marker = " Written by the sandbox for its own stack; `npm run -s sandbox -- down` removes it.";
const peerPath: Record<Role, readonly (string | number)[]> = {
  sender: ["config", "metrics-link:peer"],
  receiver: ["config", "metrics-link:senders", 0],
};
const pinKeys = ["rootFingerprints", "addresses"] as const;

/** The Alertmanager settings of a stack's configuration. */
export interface Alertmanager {
  /** The name of the endpoint service that leads to it. */
  readonly endpointService: string;
  readonly url: string;
  /** PEM file of its CA. */
  readonly ca: string;
  readonly username: string;
}

/** Configuration key of its password. */
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
   * Writes the files of a role's two stacks, each unless it is there.
   * @throws LinkError STACK_FILE_INVALID when the sandbox did not make the one that is there
   */
  write(role: Role): void {
    for (const stack of [exchangeOf(role), role]) {
      if (existsSync(this.path(stack))) this.requireOurs(stack);
      else this.save(stack, stack === role ? this.hostDocument(role) : this.exchangeDocument(role));
    }
  }

  private exchangeDocument(role: Role): Document {
    const document = this.example(exchangeOf(role));
    document.setIn(["config", "metrics-link:shows", "stack"], wholeName(role));
    if (role === "receiver") document.setIn(["config", "metrics-link:shows", "addresses"], 2);
    document.setIn(["config", "metrics-link:pki", "artefacts"], join(this.artifacts, role));
    return document;
  }

  private hostDocument(role: Role): Document {
    const document = this.example(role);
    // The addresses are in the account's own exchange; of the peer, its exchange is read, and nothing else.
    document.setIn(["config", "metrics-link:exchange"], wholeName(exchangeOf(role)));
    document.setIn([...peerPath[role], "stack"], wholeName(exchangeOf(peerOf[role])));
    // Every second instead of every fifteen: a person sees samples at once, and a test sees many.
    document.setIn(["config", "metrics-link:prometheus", "scrapeInterval"], "1s");
    // Tools built from package registries have no hash of an official download.
    document.setIn(["config", "metrics-link:tools"], document.createNode({ acceptUnpinned: true }));
    // Two addresses, so that drills can take one away. Moving to one, and a sender with one zone, are there as well.
    if (role === "receiver") document.setIn(["config", "metrics-link:network", "zones"], ["eu-west-1a", "eu-west-1b"]);
    // The sandbox itself answers Systems Manager for its hosts.
    document.setIn(["config", "metrics-link:host", "imageBringsManagementAgent"], true);
    // Artifacts of the sandbox's ceremonies stay out of the repository.
    document.setIn(["config", "metrics-link:pki", "artefacts"], join(this.artifacts, role));
    const { endpointService, url, ca, username } = this.alertmanager;
    document.setIn(["config", "metrics-link:network", "endpointServices"], [endpointService]);
    // Without the password, which `pulumi config set --secret` writes.
    document.setIn(["config", "metrics-link:prometheus", "alertmanagers"], [{ url, ca, basicAuth: { username } }]);
    // The sandbox's internet uses the documentation addresses of RFC 5737.
    document.setIn(["config", "metrics-link:network", "documentationAddresses"], true);
    // Nothing is pinned of the peer yet.
    for (const key of pinKeys) document.deleteIn([...peerPath[role], key]);
    return document;
  }

  private example(stack: SandboxStack): Document {
    const document = parseDocument(readFileSync(join(this.examples, `${stack}.yaml`), "utf8"));
    document.commentBefore = marker;
    return document;
  }

  /** A section of the configuration, by its key without the namespace. */
  section<Section>(role: Role, key: string): Section {
    return this.load(role).toJS().config[`metrics-link:${key}`] as Section;
  }

  /** Whether the Alertmanager's password is still unset. */
  lacksPassword(role: Role): boolean {
    const { alertmanagers = [] } = this.section<{ alertmanagers?: { basicAuth: { password?: unknown } }[] }>(
      role,
      "prometheus",
    );
    return alertmanagers.some(({ basicAuth }) => basicAuth.password === undefined);
  }

  /** The pins of the peer: root fingerprints or addresses. */
  pins(role: Role, key: keyof Pins = "rootFingerprints"): readonly string[] {
    const found: unknown = this.load(role).getIn([...peerPath[role], key]);
    return isSeq<Scalar<string>>(found) ? found.items.map(({ value }) => value) : [];
  }

  /** Pins the peer, as a person does after the telephone call. */
  pin(role: Role, pins: Partial<Pins>): void {
    const document = this.load(role);
    for (const [key, values] of Object.entries(pins)) {
      document.setIn([...peerPath[role], key], document.createNode(values));
    }
    this.save(role, document);
  }

  /** Suspends the peer with a reason, or resumes it; the next update applies it. */
  suspend(role: Role, reason: string | undefined): void {
    const document = this.load(role);
    const path = [...peerPath[role], "suspended"];
    if (reason === undefined) document.deleteIn(path);
    else document.setIn(path, reason);
    this.save(role, document);
  }

  /**
   * Requires that a stack's secrets are encrypted by this key, if by any: moto keeps no key after its end.
   * @throws LinkError SANDBOX_UNUSABLE
   */
  requireKey(role: Role, secretsProvider: string): void {
    const known: unknown = this.load(role).get("secretsprovider");
    if (known === undefined || known === secretsProvider) return;
    throw new LinkError("SANDBOX_UNUSABLE", {
      what:
        `the secrets in ${this.path(role)} have a key of the sandbox's last run, which its AWS API no longer has, as after a ` +
        "restart of the machine",
      next: "run `npm run -s sandbox -- down`, which removes what is left of it, then `npm start`",
    });
  }

  /** Removes what `write` wrote. */
  remove(): void {
    for (const stack of stackNames) if (this.isOurs(stack)) rmSync(this.path(stack));
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

  private load(role: Role): Document {
    const path = this.path(role);
    if (!existsSync(path)) {
      throw new LinkError("STACK_FILE_INVALID", {
        what: `${path} is missing, which the sandbox made for its ${role}`,
        next: "bring it back, or start anew: npm run -s sandbox -- down, then up",
      });
    }
    return parseDocument(readFileSync(path, "utf8"));
  }

  private save(stack: SandboxStack, document: Document): void {
    writeFileSync(this.path(stack), document.toString({ lineWidth: 0, flowCollectionPadding: false }));
  }
}
