import { LinkError, printableLines } from "@metrics-link/contract";
import { z } from "zod";

const properties = z.record(z.string(), z.unknown()).nullish();

const state = z.object({
  inputs: properties,
  outputs: properties,
  id: z.string().default(""),
  protect: z.boolean().default(false),
  retainOnDelete: z.boolean().default(false),
});

const step = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  old: state.nullish(),
  new: state.nullish(),
  /** Top-level properties that force a replacement. */
  keys: z.array(z.string()).nullish(),
  /** Top-level properties that differ. */
  diffs: z.array(z.string()).nullish(),
  /** Paths that differ. */
  detailedDiff: z.record(z.string(), z.unknown()).nullish(),
});

const violation = z.object({
  resourceUrn: z.string().default(""),
  message: z.string(),
  policyName: z.string(),
  policyPackName: z.string(),
  enforcementLevel: z.string(),
});

const policySummary = z.object({
  resourceUrn: z.string().default(""),
  policyPackName: z.string(),
  passed: z.array(z.string()).default([]),
  failed: z.array(z.string()).default([]),
});

const diagnostic = z.object({ urn: z.string().default(""), message: z.string(), severity: z.string() });

/** The parts of a URN, `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`: a resource's own type and name, and its parents' types. */
export function partsOf(urn: string): {
  readonly type: string;
  readonly parents: readonly string[];
  readonly name: string;
} {
  const [, , chain = "", ...name] = urn.split("::");
  const types = chain.split("$");
  return { type: types.at(-1) ?? "", parents: types.slice(0, -1), name: name.join("::") };
}

/**
 * What is read of one engine event; fields that are not named are dropped. Source: `EngineEvent` in
 * sdk/go/common/apitype/events.go of pulumi/pulumi. The engine has taken secrets out of states, not out of diagnostics
 * of severity "debug", which repeat whole requests.
 */
const engineEvent = z.object({
  resourcePreEvent: z.object({ metadata: step }).optional(),
  policyEvent: violation.optional(),
  policyAnalyzeSummaryEvent: policySummary.optional(),
  policyAnalyzeStackSummaryEvent: policySummary.optional(),
  diagnosticEvent: diagnostic.optional(),
  summaryEvent: z
    .object({ result: z.string().optional(), resourceChanges: z.record(z.string(), z.number()).nullish() })
    .optional(),
});

export type Step = z.output<typeof step>;
export type Violation = z.output<typeof violation>;
export type PolicySummary = z.output<typeof policySummary>;

/** What a review needs of a preview's output. */
export interface PreviewRecord {
  readonly steps: readonly Step[];
  readonly violations: readonly Violation[];
  /** One for each resource and pack. */
  readonly resourcePolicies: readonly PolicySummary[];
  /** One for each pack; the engine leaves it out when a step has failed. */
  readonly stackPolicies: readonly PolicySummary[];
  readonly errors: readonly { readonly urn: string; readonly message: string }[];
  /** Warnings of the program, such as a rejected peer. */
  readonly warnings: readonly string[];
  /** Whether the engine finished without an error. */
  readonly succeeded: boolean;
}

/** Collects what the lines of `pulumi preview --json` say, and keeps no line. */
export class PreviewReader {
  readonly #steps: Step[] = [];
  readonly #violations: Violation[] = [];
  readonly #resourcePolicies: PolicySummary[] = [];
  readonly #stackPolicies: PolicySummary[] = [];
  readonly #errors: { urn: string; message: string }[] = [];
  readonly #warnings: string[] = [];
  #succeeded = false;

  /** @throws LinkError `PREVIEW_UNREADABLE` for an event not of the pinned engine's shape: its content would be missed */
  line(line: string): void {
    if (line.startsWith("{")) this.#event(line);
    // Before the engine starts, the command line prints plain text.
    else if (line.startsWith("error: ")) this.#error({ urn: "", message: line.slice("error: ".length) });
  }

  #event(line: string): void {
    const parsed = engineEvent.safeParse(JSON.parse(line));
    if (!parsed.success) {
      const what = `unknown shape of an engine event: ${printableLines(z.prettifyError(parsed.error))}`;
      throw new LinkError("PREVIEW_UNREADABLE", { what });
    }
    const event = parsed.data;
    if (event.resourcePreEvent) this.#steps.push(event.resourcePreEvent.metadata);
    if (event.policyEvent) this.#violations.push(event.policyEvent);
    if (event.policyAnalyzeSummaryEvent) this.#resourcePolicies.push(event.policyAnalyzeSummaryEvent);
    if (event.policyAnalyzeStackSummaryEvent) this.#stackPolicies.push(event.policyAnalyzeStackSummaryEvent);
    if (event.diagnosticEvent?.severity === "error") this.#error(event.diagnosticEvent);
    if (event.diagnosticEvent?.severity === "warning") this.#warning(event.diagnosticEvent);
    if (event.summaryEvent) this.#succeeded = event.summaryEvent.result === "succeeded";
  }

  /**
   * The record, after the last line.
   * @param ended whether the command exited with 0: only then does the engine's own result count
   */
  record(ended: boolean): PreviewRecord {
    return {
      steps: this.#steps,
      violations: this.#violations,
      resourcePolicies: this.#resourcePolicies,
      stackPolicies: this.#stackPolicies,
      errors: this.#errors,
      warnings: this.#warnings,
      succeeded: ended && this.#succeeded,
    };
  }

  /** Without the engine's own warnings about local plugins, which belong to no resource. */
  #warning({ urn, message }: { urn: string; message: string }): void {
    if (urn !== "") this.#warnings.push(message.trim());
  }

  /** Without stack frames, which are useless in a report. */
  #error({ urn, message }: { urn: string; message: string }): void {
    const trimmed = message.split(/\n\s+at /)[0]?.trim() ?? "";
    // The engine's last error, which repeats that there are others.
    if (trimmed !== "preview failed") this.#errors.push({ urn, message: trimmed });
  }
}
