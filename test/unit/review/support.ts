import { readFileSync } from "node:fs";
import { join } from "node:path";
import { releaseFiles, renderReceiver, renderSender, toJson } from "@metrics-link/envoy";
import {
  type Asked,
  type Comparison,
  judge,
  type Pack,
  type PolicyDescription,
  PreviewReader,
  type PreviewRecord,
  type ReviewInput,
} from "@metrics-link/review";

/**
 * What the pinned engine said in the sandbox, without states that no review reads. The release in it has the bootstrap
 * that is rendered today: a review knows no other.
 */
export function recorded(name: string): PreviewRecord {
  const text = readFileSync(join(import.meta.dirname, "recorded", `${name}.jsonl`), "utf8");
  const record = read(text.trimEnd().split("\n"));
  const { bootstrap, ingest } = name === "sender" ? renderedSender() : renderedReceiver();
  for (const { urn: resource, new: next } of record.steps) {
    if (!resource.endsWith("-release") || typeof next?.inputs?.content !== "string") continue;
    const release = JSON.parse(next.inputs.content);
    for (const file of release.files) if (file.path === releaseFiles.bootstrap) file.content = toJson(bootstrap);
    const [like] = release.files;
    if (ingest !== undefined) release.files.push({ ...like, path: releaseFiles.ingest, content: toJson(ingest) });
    (next.inputs as Record<string, unknown>).content = JSON.stringify(release);
  }
  return record;
}

const renderedSender = () =>
  renderSender({
    nodeId: "sender",
    receiver: {
      name: "receiver",
      dnsName: "metrics-ingest.account-b.internal",
      addresses: ["198.51.100.10", "198.51.100.11"],
    },
  });
const renderedReceiver = () =>
  renderReceiver({
    nodeId: "receiver",
    senders: [{ name: "account-a", dnsName: "metrics-sender.account-a.internal", addresses: ["203.0.113.10"] }],
  });

export function read(lines: readonly string[], ended = true): PreviewRecord {
  const reader = new PreviewReader();
  for (const line of lines) reader.line(line);
  return reader.record(ended);
}

export const urn = (type: string, name: string, parents: readonly string[] = []) =>
  `urn:pulumi:receiver::metrics-link::${[...parents, type].join("$")}::${name}`;

type State = {
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly inputs?: object;
  readonly outputs?: object;
};

/** One step of the engine, as a line. */
export function step(
  op: string,
  resource: string,
  more: { old?: State; new?: State; keys?: string[]; detailedDiff?: object } = {},
): string {
  const type = resource.split("::")[2]?.split("$").at(-1) ?? "";
  return JSON.stringify({ resourcePreEvent: { metadata: { op, urn: resource, type, ...more } } });
}

export function violation(
  policyName: string,
  message: string,
  resourceUrn = "",
  enforcementLevel = "mandatory",
): string {
  return JSON.stringify({
    policyEvent: { policyName, message, resourceUrn, enforcementLevel, policyPackName: "pack" },
  });
}

export const passed = (resourceUrn: string, ...names: string[]) =>
  JSON.stringify({ policyAnalyzeSummaryEvent: { resourceUrn, policyPackName: "pack", passed: names } });
export const stackPassed = (...names: string[]) =>
  JSON.stringify({ policyAnalyzeStackSummaryEvent: { policyPackName: "pack", passed: names } });
/** @param of the resource that it is about; the engine's own complaints are about none */
export const complaint = (message: string, severity = "error", of?: string) =>
  JSON.stringify({ diagnosticEvent: { message, severity, urn: of } });
export const summary = (result: "succeeded" | "failed") => JSON.stringify({ summaryEvent: { result } });

const policy = (name: string, types?: readonly string[]): PolicyDescription => ({
  name,
  rule: `The rule of ${name}.`,
  reason: "A reason.",
  remedy: "A remedy.",
  source: "RFC 8446",
  fence: "address",
  ...(types ? { types } : {}),
});

/** Two policies: one about instances, one about the whole stack. */
export const pack: Pack = {
  policies: [policy("small-hosts", [instanceType()]), policy("one-way-in")],
  isUndecidable: (message) => message.includes("not yet: "),
  isUnderDeviation: (message) => message.includes("deviation: "),
};

function instanceType() {
  return "aws:ec2/instance:Instance";
}

export const host = urn(instanceType(), "receiver-instance");
export const quiet = [step("same", host, { old: {}, new: {} }), passed(host, "small-hosts"), stackPassed("one-way-in")];

/** Of a branch that changes nothing. */
export const unchanged: Comparison = { base: "b".repeat(40), asks: [], source: [], configuration: [], accepted: false };

/** What a program asked for a preview in which there is nothing else. */
export const askedFor = ({ steps }: PreviewRecord): Asked[] =>
  steps.map(({ urn: found, type }) => ({
    ...{ call: "registerResource", type, fields: {} },
    name: found.split("::").slice(3).join("::"),
  }));

export const verdictOn = (
  lines: readonly string[],
  {
    ended = true,
    deviations = [],
    setAside = [],
    labels = [],
    senders = [],
    notRead = [],
    comparison = unchanged,
    asked = askedFor(read(lines, ended)),
  }: { ended?: boolean } & Partial<
    Pick<ReviewInput, "deviations" | "setAside" | "labels" | "senders" | "notRead" | "comparison" | "asked">
  > = {},
) =>
  judge({
    stack: "receiver",
    record: read(lines, ended),
    asked,
    pack,
    deviations,
    setAside,
    labels,
    senders,
    notRead,
    comparison,
    now: new Date("2026-11-26T12:00:00Z"),
  });
