import { keepRule } from "@metrics-link/config";
import { type RuleId, rules, sentence } from "@metrics-link/envoy/read/index.ts";
import { type Change, changesOf } from "./changes.ts";
import { type PreviewRecord, partsOf } from "./events.ts";
import { addressRows } from "./evidence/address.ts";
import { identityFindings, identityRows } from "./evidence/identity.ts";
import { type Planned, plannedOf, type Row } from "./evidence/planned.ts";
import type { SenderChange } from "./evidence/senders.ts";
import { type Deviation, type Pack, type PolicyResult, packRan, policyResults } from "./policies.ts";
import type { Asked } from "./program/asked.ts";
import type { Comparison } from "./program/comparison.ts";
import type { SetAside } from "./program/set-aside.ts";

/** Passed: nothing failed. Failed: it must not be merged. Incomplete: the preview did not finish, so nothing is known. */
export type Outcome = "passed" | "failed" | "incomplete";

/** Why a review failed. */
interface Failure {
  /** The policy, or the review's own rule. */
  readonly rule: string;
  readonly resource: string;
  readonly what: string;
  readonly remedy: string;
}

export interface DatedDeviation extends Deviation {
  readonly expired: boolean;
  /** False where no policy has this name: it is misspelt, or left over. */
  readonly known: boolean;
}

export interface Verdict {
  readonly stack: string;
  readonly at: string;
  readonly outcome: Outcome;
  readonly failures: readonly Failure[];
  readonly changes: readonly Change[];
  /** Resources that stay as they are. */
  readonly unchanged: number;
  /** What the fences would consist of. */
  readonly evidence: readonly Row[];
  readonly policies: readonly PolicyResult[];
  readonly deviations: readonly DatedDeviation[];
  /** What the configuration sets aside, besides deviations. */
  readonly setAside: readonly SetAside[];
  /** What the branch changes of who may write. */
  readonly senders: readonly SenderChange[];
  /** What the branch changes of the program. */
  readonly comparison: Comparison;
  /** Why the preview itself is incomplete. */
  readonly errors: readonly string[];
  /** Warnings of the program: a peer whose last accepted values stay in force, or that is suspended, and why. */
  readonly warnings: readonly string[];
}

export interface ReviewInput {
  readonly stack: string;
  readonly record: PreviewRecord;
  readonly pack: Pack;
  readonly deviations: readonly Deviation[];
  readonly setAside: readonly SetAside[];
  /** Who may write what, by `labelRows`. */
  readonly labels: readonly Row[];
  /** By `senderChanges`. */
  readonly senders: readonly SenderChange[];
  readonly comparison: Comparison;
  /** Why the configuration cannot be read, so that deviations in it may be in force unseen. */
  readonly notRead?: readonly string[];
  /** Every request of the program to the engine. */
  readonly asked: readonly Asked[];
  readonly now: Date;
}

/**
 * The verdict on a preview.
 * @throws LinkError `PREVIEW_UNREADABLE` for an operation of the engine that this review does not know
 */
export function judge(input: ReviewInput): Verdict {
  const { stack, record, pack, deviations, setAside, labels, senders, comparison, notRead = [], asked, now } = input;
  const changes = changesOf(record);
  const policies = policyResults(record, pack);
  const rules = new Set([
    ...policies.map(({ name }) => name),
    ...record.steps.map(({ urn }) => keepRule(partsOf(urn).name)),
  ]);
  const dated = deviations.map((one) => dateOf(one, now, rules));
  const excused = dated.filter(({ expired }) => !expired).map(({ policy }) => policy);
  const gone = changes.flatMap(keepFailure).filter(({ rule }) => !excused.includes(rule));
  const planned = plannedOf(record);
  const judged = policies.flatMap(policyFailures);
  const failures = [
    ...programFailures(comparison),
    ...gone,
    ...judged,
    ...ownFailures(planned, [...excused, ...judged.map(({ rule }) => rule)]),
  ];
  const errors = [
    ...complaints(record, changes, gone),
    ...silence(record, pack),
    ...unheard(record, asked),
    ...notRead,
  ];
  const outcome = failures.length > 0 ? "failed" : errors.length > 0 || !record.succeeded ? "incomplete" : "passed";
  return {
    stack,
    at: now.toISOString(),
    outcome,
    failures,
    changes,
    unchanged: planned.length - changes.filter(({ kind }) => kind !== "delete").length,
    evidence: [...addressRows(planned), ...identityRows(planned), ...labels],
    policies,
    deviations: dated,
    setAside,
    senders,
    comparison,
    warnings: record.warnings,
    errors: outcome === "incomplete" && errors.length === 0 ? ["the preview failed and gave no reason"] : errors,
  };
}

function dateOf(one: Deviation, now: Date, rules: ReadonlySet<string>): DatedDeviation {
  return {
    ...one,
    expired: one.until < now.toISOString().slice(0, 10),
    known: rules.has(one.policy),
  };
}

/** Without errors that a finding explains better: for a protected resource the engine only says how to unprotect it. */
function complaints({ errors }: PreviewRecord, changes: readonly Change[], gone: readonly Failure[]): string[] {
  const found = new Set(
    changes.filter(({ name }) => gone.some(({ rule }) => rule === keepRule(name))).map(({ urn }) => urn),
  );
  return errors.filter(({ urn }) => !found.has(urn)).map(({ message }) => message);
}

/** A pack without any result did not run, and without it nothing is proven. */
function silence(record: PreviewRecord, { policies }: Pack): string[] {
  if (policies.length === 0 || packRan(record)) return [];
  const which = record.resourcePolicies.length > 0 ? "policies of the stack as a whole" : "policies";
  return [`the ${which} did not run: the engine skips them when the program or a step fails`];
}

/**
 * Resources in the preview that no recorded request asked for. The review records the one connection to the engine; a
 * program that finds another hides something. Default providers are the engine's own.
 */
function unheard({ steps }: PreviewRecord, asked: readonly Asked[]): string[] {
  const heard = new Set(asked.map(({ type, name }) => `${type}::${name}`));
  const found = steps.filter(({ urn, new: next }) => {
    const { type, name } = partsOf(urn);
    const isDefault = type.startsWith("pulumi:providers:") && name.startsWith("default");
    return next && !isDefault && !heard.has(`${type}::${name}`);
  });
  return [...new Set(found.map(({ urn }) => urn))].map(
    (urn) => `${urn} is in the preview, but no program asked for it`,
  );
}

/** What policies never see: a resource that goes, or that loses its protection. */
function keepFailure({ kind, name, keptBecause, protected: guarded, forcedBy, loses }: Change): Failure[] {
  if (keptBecause === undefined) return [];
  const failure = (what: string, remedy: string) => [{ rule: keepRule(name), resource: name, what, remedy }];
  if (kind === "delete" || kind === "replace") {
    const by = forcedBy.length > 0 ? `, because of ${forcedBy.join(", ")}` : "";
    return failure(
      `would be ${kind === "delete" ? "deleted" : "replaced"}${by}: ${keptBecause}`,
      guarded
        ? "revert what causes it; Pulumi refuses it too, because the resource is protected"
        : "revert what causes it; if it is intended, add a deviation with a reason and an end date",
    );
  }
  if (loses.length === 0) return [];
  return failure(`would lose ${loses.join(" and ")}: ${keptBecause}`, "restore the option in the program");
}

/** Envoy's configuration, read here as well: silencing the pack lets nothing pass. */
function ownFailures(planned: readonly Planned[], told: readonly string[]): Failure[] {
  return identityFindings(planned)
    .filter(({ rule }) => !told.includes(policyOf(rule)))
    .map((finding) => ({
      rule: policyOf(finding.rule),
      resource: finding.source,
      what: sentence(finding),
      remedy: Object.values(rules).find(({ id }) => id === finding.rule)?.remedy ?? "",
    }));
}

/** The policy of a rule: with one exception, both have one name. */
const policyOf = (rule: RuleId): string => (rule === rules.ownCertificate.id ? "served-chain-is-ours" : rule);

/** Any difference from the reviewed program that no person has accepted. */
function programFailures({ asks, source, hash, accepted, base }: Comparison): Failure[] {
  if (hash === undefined || accepted) return [];
  const places = source.map(({ file, line }) => `${file}:${line}`);
  const subjects = [...new Set(asks.map(({ subject }) => subject))];
  const parts = [
    ...(places.length > 0 ? [`in its source at ${some(places)}`] : []),
    ...(subjects.length > 0 ? [`in its requests to Pulumi about ${some(subjects)}`] : []),
  ];
  return [
    {
      rule: "program-is-reviewed",
      resource: "the program",
      what: `differs from the program of ${base.slice(0, 12)} ${parts.join("; and ")}`,
      remedy: `a person who has read every change and agrees runs the review with --accept ${hash}`,
    },
  ];
}

/** The report lists them all. */
const some = (names: readonly string[], most = 20) =>
  [...names.slice(0, most), ...(names.length > most ? [`${names.length - most} more`] : [])].join(", ");

function policyFailures({ outcome, name, said, remedy }: PolicyResult): Failure[] {
  if (outcome !== "failed") return [];
  return said.map(({ resource, message }) => ({ rule: name, resource, what: message, remedy }));
}
