import { gunzipSync, gzipSync } from "node:zlib";
import { LinkError, printable } from "@metrics-link/contract";
import { z } from "zod";

/** Raised when a field changes its meaning; an audit of another version says that the host could not be read. */
export const hostEvidenceVersion = 1;

/** What GetCommandInvocation keeps of a command's output (Systems Manager quota), in characters. */
export const commandOutputLimit = 24_000;

/** Something that was read, or why it could not be: what was not read must never look like nothing. */
const part = <Schema extends z.ZodType>(value: Schema) =>
  z.union([z.object({ value }), z.object({ error: z.string() })]);

/** As `Date.toISOString` writes it. A host may say anything: what is no time would pass every comparison. */
const instant = z.iso.datetime({ error: "a time such as 2026-11-29T17:20:05.000Z" });

const certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  /** As RFC 5280 numbers: no leading zeros, lower case. */
  serial: z.string(),
  /** SHA-256 over the DER, as OpenSSL writes it. */
  fingerprint: z.string(),
  notBefore: instant,
  notAfter: instant,
  /** DNS names of the subject alternative name. */
  names: z.array(z.string()),
  authority: z.boolean(),
});

const logLine = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

const release = z.object({
  /** Where `current` points to. */
  inForce: z.string(),
  /** SHA-256 of the release's document on disk; another than its name means that it was changed. */
  documentSha256: z.string(),
});

const agent = z.object({
  outcome: z.string(),
  release: z.string().nullable(),
  startedAt: instant,
  releaseSince: z.string().nullable(),
  agentSha256: z.string(),
  driftedFiles: z.array(z.string()),
  held: z.array(z.string()),
  rollbacks: z.number(),
});

const files = z.object({
  /** Path → what is there: `sha256 mode owner:group`. A secret's hash is left out, a missing file says "missing". */
  found: z.record(z.string(), z.string()),
  /** Files in the release's directory that the release does not bring. */
  foreign: z.array(z.string()),
});

const certificates = z.object({
  /** Leaf first. Empty while there is no link. */
  chain: z.array(certificate),
  ownRoots: z.array(certificate),
  keyFits: z.boolean(),
});

const bundles = z.array(
  z.object({ file: z.string(), certificates: z.array(certificate), sha256: z.string(), otherText: z.boolean() }),
);

const envoy = z.object({
  version: z.string(),
  uptimeSeconds: z.number(),
  /** From `/config_dump`: the bootstrap without `node` and `static_resources`. */
  bootstrap: z.record(z.string(), z.unknown()),
  listeners: z.array(z.unknown()),
  clusters: z.array(z.unknown()),
  /** Secrets as Envoy holds them in memory, by name: certificates only, Envoy shows no key. */
  secrets: z.array(z.object({ name: z.string(), lastUpdated: z.string(), fingerprints: z.array(z.string()) })),
  /** TLS counters since Envoy's start; those at zero are left out. */
  counters: z.record(z.string(), z.number()),
});

/** A receiver's gate: what each sender may write. */
const gate = z.object({
  /** SHA-256 of the configuration in force. */
  configuration: z.string(),
  mode: z.string(),
  reserved: z.record(z.string(), z.array(z.string())),
  /** Of each sender the labels that its series must have. */
  senders: z.record(z.string(), z.record(z.string(), z.string())),
});

const units = z.array(
  z.object({
    unit: z.string(),
    /** As systemd.service(5) has it: of a oneshot nothing runs once it is active. */
    type: z.string().default("exec"),
    active: z.string(),
    since: z.string(),
    fragment: z.string(),
    dropIns: z.array(z.string()),
    /** Of the program that runs, followed through `/proc`, so that one replaced on disk shows. */
    executable: z.string().nullable(),
    sha256: z.string().nullable(),
  }),
);

const tools = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    archiveSha256: z.string(),
    /** Path of an executable → its hash, from the archive that was checked; absent when there is no seal. */
    sealed: z.record(z.string(), z.string()).nullable(),
  }),
);

/** TCP sockets that wait for connections. */
const listening = z.array(z.object({ address: z.string(), port: z.number() }));

/** What a program could do that was held to a unit's lists. */
const attempt = z.object({
  /** Reach EC2's metadata service. */
  metadata: z.boolean(),
  /** Bind a port that its unit does not list. */
  bind: z.boolean(),
});

const fences = z.object({
  /** net.ipv4.ip_unprivileged_port_start */
  unprivilegedPortStart: z.number(),
  /** The same attempts under no list at all: what fails there as well shows nothing. */
  unfenced: attempt,
  units: z.array(
    attempt.extend({
      unit: z.string(),
      /** Whether the unit's own packets pass the program that looks at them. */
      counted: z.boolean(),
      /** Whether systemd goes by an older file of the unit. */
      stale: z.boolean(),
    }),
  ),
});

const handshakes = z.object({
  /** How far back the log reaches, a week at most. */
  since: z.string(),
  /** The last one of each filter chain or upstream. */
  accepted: z.array(logLine),
  /** The newest of each kind, source and reason, with `kind`, `count` and `first`, the time of the first one. */
  refused: z.array(logLine),
  /** What was not kept of the log, or not read. */
  cut: z.array(z.string()).default([]),
});

const schema = z.object({
  formatVersion: z.literal(hostEvidenceVersion, { error: `evidence of format ${hostEvidenceVersion}` }),
  takenAt: instant,
  host: z.string(),
  release: part(release),
  agent: part(agent),
  files: part(files),
  certificates: part(certificates),
  bundles: part(bundles),
  envoy: part(envoy),
  gate: part(gate).default({ error: "this host's agent does not tell it" }),
  units: part(units),
  tools: part(tools),
  listening: part(listening),
  fences: part(fences).default({ error: "this host's agent does not tell it" }),
  handshakes: part(handshakes),
});

/** What `agent evidence` says of a host: facts without a judgement, and nothing secret. */
export type HostEvidence = z.output<typeof schema>;
export type HostCertificate = z.output<typeof certificate>;
export type EvidencePart<Value> = { readonly value: Value } | { readonly error: string };
export type HandshakeLine = z.output<typeof logLine>;

export const evidenceParts = [
  "release",
  "agent",
  "files",
  "certificates",
  "bundles",
  "envoy",
  "gate",
  "units",
  "tools",
  "listening",
  "fences",
  "handshakes",
] as const satisfies readonly (keyof HostEvidence)[];
export type EvidencePartName = (typeof evidenceParts)[number];

/** In this order parts are left out when all together are too long for Run Command; each can be asked for alone. */
const leftOutFirst = ["handshakes", "files", "bundles", "tools", "gate", "envoy"] as const;
const tooLong = "too long for one answer of Run Command";

/** One line of text: gzip, base64. Parts that do not fit are replaced by why they are missing. */
export function packHostEvidence(evidence: HostEvidence, limit = commandOutputLimit - 100): string {
  let kept = evidence;
  for (const name of leftOutFirst) {
    const packed = packed64(kept);
    if (packed.length <= limit) return packed;
    kept = { ...kept, [name]: { error: `${tooLong} (${packed.length} characters)` } };
  }
  return packed64(kept);
}

/** The parts that `packHostEvidence` left out. */
export function partsLeftOut(evidence: HostEvidence): EvidencePartName[] {
  return evidenceParts.filter((name) => {
    const part = evidence[name];
    return "error" in part && part.error.startsWith(tooLong);
  });
}

/** @throws LinkError EVIDENCE_INVALID when the text is not what `packHostEvidence` makes */
export const unpackHostEvidence = (text: string): HostEvidence =>
  unpacked("the host's evidence", schema, () => gunzipSync(Buffer.from(text.trim(), "base64")).toString());

/**
 * What arrived as a packed text, by its schema.
 * @param what arrived, for the message
 * @throws LinkError EVIDENCE_INVALID
 */
export function unpacked<Schema extends z.ZodType>(
  what: string,
  expected: Schema,
  json: () => string,
): z.output<Schema> {
  let raw: unknown;
  try {
    raw = JSON.parse(json());
  } catch (cause) {
    throw new LinkError("EVIDENCE_INVALID", { what: `${what} cannot be used: it is not whole`, cause });
  }
  const result = expected.safeParse(raw);
  if (result.success) return result.data;
  const [{ path, message } = { path: [], message: "" }] = result.error.issues;
  throw new LinkError("EVIDENCE_INVALID", { what: printable(`${what} cannot be used: ${path.join(".")}: ${message}`) });
}

const packed64 = (evidence: HostEvidence) => gzipSync(JSON.stringify(evidence), { level: 9 }).toString("base64");
