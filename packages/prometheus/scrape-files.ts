import { type Problem, valueAt } from "@metrics-link/contract";
import type { ScrapeConfig } from "./configuration.ts";
import { jobsIn, placedText } from "./read/index.ts";
import { ownJobNames } from "./scrape.ts";
import { remedyFor, scrapeJob } from "./scrape-job.ts";
import { firstWord, shownLine, shownPath, shownValue } from "./shown.ts";
import { faultsOf, type Judged, nameProblems, placeIn, type ReadFile, readFiles, type UserFile } from "./user-file.ts";

/** A file of scrape jobs as Prometheus takes it, and what it says. */
export interface ScrapeFile extends UserFile {
  /** Lines that were put in front of the user's text. */
  readonly linesBefore: number;
  /** To judge by alone: Prometheus reads `content`. */
  readonly jobs: readonly ScrapeConfig[];
  /** The line of each job in the user's text, from 1. */
  readonly jobLines: readonly number[];
}

interface JudgedJob {
  readonly line: number;
  readonly place: string;
}

interface FoundJob extends JudgedJob {
  readonly job: ScrapeConfig;
}

/**
 * The user's scrape files: each is a YAML list of `scrape_configs`, or a mapping with that list below `scrape_configs`.
 * Their text goes to Prometheus byte by byte, so that no scalar can change on the way.
 * @returns problems with file, line, job and field. A file with a problem is among the files with its other jobs, so
 * that promtool can be asked about these: all mistakes are told at once.
 */
export function judgedScrapeFiles(files: readonly UserFile[]): Judged<ScrapeFile> {
  const judged = readFiles(files).map((file) => ({ file, misnamed: nameProblems(file), ...judge(file) }));
  const again = sharedNames(judged.flatMap(({ jobs = [] }) => jobs));
  const problems = judged.flatMap(({ misnamed, problems }) => [...misnamed, ...problems]);
  return {
    files: judged.flatMap(({ file, misnamed, jobs }) => {
      if (misnamed.length > 0 || jobs === undefined) return [];
      const usable = jobs.filter((job): job is FoundJob => "job" in job && !again.has(job));
      if (usable.length === jobs.length) return placed(file, usable);
      const rest = without(file, jobs, usable);
      return rest === undefined ? [] : placed(rest, usable);
    }),
    problems: [...problems, ...again.values()],
  };
}

function placed({ name, path, content, reading }: ReadFile, found: readonly FoundJob[]): [ScrapeFile] {
  const { text, linesBefore } = placedText(content, reading);
  const [jobs, jobLines] = [found.map(({ job }) => job), found.map(({ line }) => line)];
  return [{ name, path, content: text, linesBefore, jobs, jobLines }];
}

/** The file with the lines of all other jobs emptied; undefined if the rest does not stand alone. */
function without(file: ReadFile, jobs: readonly JudgedJob[], kept: readonly JudgedJob[]): ReadFile | undefined {
  const lines = file.content.split("\n");
  for (const [index, job] of jobs.entries())
    if (!kept.includes(job)) lines.fill("", job.line - 1, (jobs[index + 1]?.line ?? lines.length + 1) - 1);
  const [rest] = readFiles([{ ...file, content: lines.join("\n") }]);
  const { jobs: left } = jobsIn(rest?.reading.value);
  return Array.isArray(left) && left.length === kept.length ? rest : undefined;
}

interface JudgedJobs {
  /** Undefined if the file is no list of jobs: nothing else of it can be judged. */
  readonly jobs: readonly (JudgedJob | FoundJob)[] | undefined;
  readonly problems: readonly Problem[];
}

function judge(file: ReadFile): JudgedJobs {
  if (file.reading.faults.length > 0) return { jobs: undefined, problems: faultsOf(file, shownLine) };
  const { path, jobs } = jobsIn(file.reading.value);
  if (!Array.isArray(jobs)) {
    const remedy = 'a list of Prometheus scrape_configs, each beginning with "- job_name:"';
    return { jobs: undefined, problems: [{ key: placeIn(file, path), value: shownValue([], jobs), remedy }] };
  }
  const results = jobs.map((job: unknown, index) => judgeJob(file, [...path, index], job));
  return { jobs: results.map(({ job }) => job), problems: results.flatMap(({ problems }) => problems) };
}

function judgeJob(file: ReadFile, path: readonly PropertyKey[], raw: unknown) {
  const place = { line: file.reading.lineOf(path), place: placeIn(file, path) };
  const set = withoutNulls(raw);
  const result = scrapeJob.safeParse(set);
  const name = nameOf(raw, path);
  if (result.success) return { job: { ...place, job: result.data as ScrapeConfig }, problems: [] };
  const problem = (below: readonly PropertyKey[], remedy: string, value: unknown): Problem => ({
    key: [placeIn(file, [...path, ...below]), name, shownPath(below, raw)].filter((part) => part !== "").join(": "),
    value,
    remedy,
  });
  const problems = result.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? // The value may be a credential, which must not appear in a preview's log.
        issue.keys.map((field) => problem([...issue.path, field], remedyFor(field), "set"))
      : [problem(issue.path, issue.message, shownValue(issue.path, valueAt(raw, issue.path)))],
  );
  return { job: place, problems };
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

/** The jobs whose names others have before them. */
function sharedNames(jobs: readonly (JudgedJob | FoundJob)[]): ReadonlyMap<JudgedJob, Problem> {
  const taken = new Map(ownJobNames.map((name) => [name, "a job of the host itself"]));
  const again = new Map<JudgedJob, Problem>();
  for (const judged of jobs) {
    if (!("job" in judged)) continue;
    const { job_name: name } = judged.job;
    const before = taken.get(name);
    if (before === undefined) taken.set(name, `the job at ${judged.place}`);
    else {
      const remedy = `another name; this is ${before}, and every name must be unique`;
      again.set(judged, { key: `${judged.place}: job_name`, value: firstWord(name), remedy });
    }
  }
  return again;
}
