import { InvalidInputError, type Problem, valueAt } from "@metrics-link/contract";
import type { ScrapeConfig } from "./configuration.ts";
import { jobsIn, placedText } from "./read/index.ts";
import { ownJobNames } from "./scrape.ts";
import { remedyFor, scrapeJob } from "./scrape-job.ts";
import { firstWord, shownLine, shownPath, shownValue } from "./shown.ts";
import { faultsOf, nameProblems, placeIn, type ReadFile, readFiles, type UserFile } from "./user-file.ts";

/** A file of scrape jobs as Prometheus takes it, and what it says. */
export interface ScrapeFile extends UserFile {
  /** Lines that were put in front of the user's text. */
  readonly linesBefore: number;
  /** To judge by alone: Prometheus reads `content`. */
  readonly jobs: readonly ScrapeConfig[];
  /** The line of each job in the user's text, from 1. */
  readonly jobLines: readonly number[];
}

interface FoundJob {
  readonly job: ScrapeConfig;
  readonly line: number;
  readonly place: string;
}

/**
 * The user's scrape files, judged: each is a YAML list of `scrape_configs`, or a mapping with that list below
 * `scrape_configs`. Their text goes to Prometheus byte by byte, so that no scalar can change on the way.
 * @throws InvalidInputError with file, line, job and field of each problem
 */
export function scrapeFilesOf(files: readonly UserFile[]): ScrapeFile[] {
  const judged = readFiles(files).map((file) => ({ file, ...judge(file) }));
  const problems = [
    ...judged.flatMap((one) => [...nameProblems(one.file), ...one.problems]),
    ...sharedNames(judged.flatMap(({ found }) => found)),
  ];
  if (problems.length > 0)
    throw new InvalidInputError("Scrape jobs cannot be used", problems, "PROMETHEUS_CONFIGURATION_INVALID");
  return judged.map(({ file: { name, path, content, reading }, found }) => {
    const { text, linesBefore } = placedText(content, reading);
    return {
      name,
      path,
      content: text,
      linesBefore,
      jobs: found.map(({ job }) => job),
      jobLines: found.map(({ line }) => line),
    };
  });
}

function judge(file: ReadFile): { readonly found: readonly FoundJob[]; readonly problems: readonly Problem[] } {
  if (file.reading.faults.length > 0) return { found: [], problems: faultsOf(file, shownLine) };
  const { path, jobs } = jobsIn(file.reading.value);
  if (!Array.isArray(jobs)) {
    const remedy = 'a list of Prometheus scrape_configs, each beginning with "- job_name:"';
    return { found: [], problems: [{ key: placeIn(file, path), value: shownValue([], jobs), remedy }] };
  }
  const results = jobs.map((job: unknown, index) => judgeJob(file, [...path, index], job));
  return { found: results.flatMap(({ found }) => found), problems: results.flatMap(({ problems }) => problems) };
}

function judgeJob(file: ReadFile, path: readonly PropertyKey[], raw: unknown) {
  const set = withoutNulls(raw);
  const result = scrapeJob.safeParse(set);
  const name = nameOf(raw, path);
  if (result.success)
    return {
      found: [{ job: result.data as ScrapeConfig, line: file.reading.lineOf(path), place: placeIn(file, path) }],
      problems: [],
    };
  const problem = (below: readonly PropertyKey[], remedy: string, value: unknown): Problem => ({
    key: [placeIn(file, [...path, ...below]), name, shownPath(below)].filter((part) => part !== "").join(": "),
    value,
    remedy,
  });
  const problems = result.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? // The value may be a credential, which must not appear in a preview's log.
        issue.keys.map((field) => problem([...issue.path, field], remedyFor(field), "set"))
      : [problem(issue.path, issue.message, shownValue(issue.path, valueAt(raw, issue.path)))],
  );
  return { found: [], problems };
}

const nameOf = (job: unknown, path: readonly PropertyKey[]): string => {
  const name = valueAt(job, ["job_name"]);
  return typeof name === "string" ? firstWord(name) : `job ${Number(path.at(-1)) + 1}`;
};

/** What is set: a field that is null has its default. A label that is null is none, which nobody writes on purpose. */
function withoutNulls(value: unknown, field = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => field === "labels" || item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item, key)]));
}

function sharedNames(found: readonly FoundJob[]): Problem[] {
  const taken = new Map(ownJobNames.map((name) => [name, "a job of the host itself"]));
  return found.flatMap(({ job: { job_name }, place }) => {
    const before = taken.get(job_name);
    if (before === undefined) {
      taken.set(job_name, `the job at ${place}`);
      return [];
    }
    const remedy = `another name; this is ${before}, and every name must be unique`;
    return [{ key: `${place}: job_name`, value: firstWord(job_name), remedy }];
  });
}
