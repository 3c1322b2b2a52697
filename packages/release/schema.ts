import { z } from "zod";
import { hostUsers, probeSockets, releaseOwners, releaseUnits } from "./paths.ts";

/** Raised when a field changes its meaning; an agent refuses a release of another format. */
export const releaseFormatVersion = 1;

const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });
export const sha256Text = text(/^[0-9a-f]{64}$/, "a SHA-256: 64 hexadecimal digits in lower case");
/** Relative, normal (no empty, `.` or `..` segment), and of characters that need no quoting anywhere. */
const relativePath = text(
  /^(?!.*(^|\/)\.{0,2}(\/|$))[A-Za-z0-9._@-]+(\/[A-Za-z0-9._@-]+)*$/,
  "a relative path of letters, digits and . _ @ - without empty, . or .. segments",
);
const mode = text(/^0[0-7][0145][0145]$/, "four octal digits, such as 0644: no set-id, writable by its owner alone");
const oneOf = (known: readonly string[]) =>
  z.string().refine((value) => known.includes(value), { error: `one of ${known.join(", ")}` });
const account = oneOf(releaseOwners);
const unit = oneOf(releaseUnits);
const socketPath = oneOf(probeSockets);
const toolName = text(/^[a-z0-9][a-z0-9._-]*$/, "the name of a tool");
export const hostNameText = text(/^[a-z][a-z0-9-]{0,29}$/, "1 to 30 of a-z, 0-9 and -, beginning with a letter");
const objectKey = z.string().min(1).max(1024);
const loopbackUrl = z.url({
  protocol: /^http$/,
  hostname: /^(127\.0\.0\.1|localhost)$/,
  error: "an http URL on loopback",
});

const placed = { path: relativePath, mode, owner: account, group: account };

const file = z.strictObject({ ...placed, sha256: sha256Text, content: z.string() });

export const toolSchema = z.strictObject({
  name: toolName,
  version: z.string().min(1),
  /** Of the object as stored; checked before anything of it is used. */
  sha256: sha256Text,
  /** Bytes of the object as stored: a host makes sure of the room before it fetches. */
  size: z.int().positive(),
  /** Where it lies in the release bucket. */
  key: objectKey,
  /** Name of the command → its path inside the archive; the agent links each as `bin/<name>` of the release. */
  executables: z.record(toolName, relativePath),
  /** When this version was pinned. Absent where the file of pins does not say so, as in releases of older programs. */
  pinnedOn: z.iso.date({ error: "a day such as 2026-11-22" }).optional(),
});

const secret = z.strictObject({
  ...placed,
  secretArn: z.string().regex(/^arn:aws[a-z-]*:secretsmanager:/, { error: "the ARN of a secret" }),
  /** The exact version: a release never means "whatever is current". */
  versionId: z.string().min(1),
  /** The field of a secret whose value is a JSON object; without it the whole value is the file. */
  field: z.string().min(1).optional(),
});

/** What a service needs when something it reads has changed, from gentle to rough. */
export const changeActions = ["nothing", "reload", "restart"] as const;

const service = z.strictObject({
  unit,
  /**
   * First match wins. `paths` are files of the release, or folders when they end in "/"; `tools` are names of tools.
   * A change that no entry matches does not concern the service. Its own unit file always means a restart.
   */
  onChange: z.array(
    z.strictObject({
      paths: z.array(z.string().min(1)).default([]),
      tools: z.array(toolName).default([]),
      action: z.enum(changeActions),
    }),
  ),
  /**
   * Prometheus' remote-write queue, where it has one. A restart, or a reload that makes it another queue, drops what is
   * not sent yet (facts of 3.13: the new queue begins at "now"), so both wait until there is nothing to drop.
   */
  queue: z
    .strictObject({
      /** Of all that Prometheus makes the queue from; a reload with the same one keeps the queue. */
      sha256: sha256Text,
      /** Where it tells its own metrics. */
      metricsUrl: loopbackUrl,
      /** How long it may take to send what it has while the link is up. */
      settleSeconds: z.int().min(1).max(300),
    })
    .optional(),
});

/** What the real tools are asked about a staged release before it comes into force. */
const check = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("prometheusConfig"), file: relativePath }),
  z.strictObject({ kind: z.literal("prometheusRules"), file: relativePath }),
  z.strictObject({ kind: z.literal("envoyConfig"), file: relativePath, user: oneOf([hostUsers.envoy]) }),
  /** Envoy is told nothing that the agent does not know, and nothing that opens a fence, whatever Envoy makes of it. */
  z.strictObject({ kind: z.literal("envoyMeaning"), file: relativePath }),
  z.strictObject({ kind: z.literal("keyPair"), certificate: relativePath, key: relativePath }),
  z.strictObject({ kind: z.literal("chain"), certificate: relativePath, root: relativePath }),
  /** An exporter lets in exactly those whom `admits` names. `file` is a secret, which its user alone can read. */
  z.strictObject({
    kind: z.literal("webConfig"),
    file: relativePath,
    admits: relativePath,
    user: oneOf([hostUsers.nodeExporter]),
  }),
  /** The roots of a peer: these and no others, whatever Envoy would make of the rest of the file. */
  z.strictObject({
    kind: z.literal("trustBundle"),
    file: relativePath,
    fingerprints: z
      .array(z.string().regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/, { error: "a SHA-256 fingerprint" }))
      .min(1),
  }),
]);

/** The longest pause between two writes on a healthy link; releases of older programs do not say it. */
const quietSeconds = z.int().min(1).max(600).optional();

const probe = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("active"), unit }),
  z.strictObject({
    kind: z.literal("http"),
    /** The service that is restarted when a roll-back alone does not make this probe pass. */
    unit,
    url: loopbackUrl,
    /** Asked through this unix socket instead of TCP. */
    socketPath: socketPath.optional(),
    status: z.int().min(100).max(599).default(200),
    contains: z.string().optional(),
  }),
  /** Envoy runs what the release says: its `/config_dump` equals the bootstrap and the listener file, field by field. */
  z.strictObject({ kind: z.literal("envoyRuns"), unit, bootstrap: relativePath }),
  /** Envoy's `/certs` must name the serial number of this certificate: proof that it is the one in force. */
  z.strictObject({
    kind: z.literal("envoyCertificate"),
    unit,
    socketPath,
    certificate: relativePath,
  }),
  /** An instant query whose result must hold something, or nothing. */
  z.strictObject({
    kind: z.literal("query"),
    unit,
    url: loopbackUrl,
    expression: z.string().min(1),
    expect: z.enum(["some", "none"]),
  }),
  /** Prometheus has taken up its configuration: a signal to reload tells nobody whether it was obeyed. */
  z.strictObject({ kind: z.literal("loaded"), unit, metricsUrl: loopbackUrl }),
  /**
   * The three that ask what others have a part in: what passed before a release must pass after it, and what did not is
   * not held against it. Each names the service to restart when a roll-back alone does not help.
   */
  z.strictObject({ kind: z.literal("sends"), unit, metricsUrl: loopbackUrl, quietSeconds }),
  z.strictObject({ kind: z.literal("receives"), unit, metricsUrl: loopbackUrl, quietSeconds }),
  z.strictObject({ kind: z.literal("scrapes"), unit, url: loopbackUrl }),
]);

/** A whole release; what must hold between its parts is in rules.ts. */
export const releaseSchema = z.strictObject({
  formatVersion: z.literal(releaseFormatVersion, { error: `format version ${releaseFormatVersion}` }),
  host: hostNameText,
  /** The agent that this release wants; another one hands over to it before it does anything. */
  agent: z.strictObject({ sha256: sha256Text, key: objectKey }),
  files: z.array(file),
  tools: z.array(toolSchema),
  /**
   * The agent of Systems Manager that a new instance installs at its first boot. A running one keeps what it has, since the
   * package restarts the agent under which a release converges. Absent when the image brings it.
   */
  managementAgent: toolSchema.pick({ name: true, version: true, pinnedOn: true }).optional(),
  secrets: z.array(secret),
  /** In the order in which they are reloaded or restarted. */
  services: z.array(service),
  checks: z.array(check),
  probes: z.array(probe),
  probeDeadlineSeconds: z.int().min(1).max(600),
});

export const releasePointerSchema = z.strictObject({
  formatVersion: z.literal(releaseFormatVersion),
  releaseId: sha256Text,
});

/**
 * What an agent reads of a release before it knows whether it is the agent that the release wants: the rest may be of a
 * format that only the wanted one knows.
 */
export const releaseHeadSchema = z.object({
  host: hostNameText,
  agent: z.object({ sha256: sha256Text, key: objectKey }),
  tools: z.array(z.looseObject({ name: toolName, sha256: sha256Text, key: objectKey })),
});

export type ReleaseHead = Pick<Release, "host" | "agent"> & { readonly node: ReleaseTool };

export type Release = z.output<typeof releaseSchema>;
/** A release as one writes it down: what has a default may be absent. */
export type ReleaseInput = z.input<typeof releaseSchema>;
export type ReleaseFile = Release["files"][number];
export type ReleaseTool = Release["tools"][number];
export type ReleaseSecret = Release["secrets"][number];
export type ServiceSpec = z.input<typeof service>;
export type ReleaseService = Release["services"][number];
export type Check = z.output<typeof check>;
export type Probe = z.output<typeof probe>;
export type ProbeSpec = z.input<typeof probe>;
export type ChangeAction = (typeof changeActions)[number];
