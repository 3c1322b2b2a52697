import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { InvalidInputError, LinkError, type Problem } from "@metrics-link/contract";
import {
  type CheckedFile,
  prometheusFiles,
  type Rendering,
  releaseFiles,
  type ScrapeFile,
  secretFilesOf,
  toYaml,
  type Verdict,
  verdictOf,
} from "@metrics-link/prometheus";
import type { HostFile } from "@metrics-link/release";

/** Checked files, and what a person should know of them before the update. */
export interface CheckedPrometheus {
  readonly files: HostFile[];
  readonly warnings: readonly string[];
}

/**
 * Checks the files of Prometheus' configuration with promtool, so that a mistake in a user's job or rule stops the
 * preview, before it reaches a host.
 * @throws InvalidInputError with what promtool refuses, by the user's file and line
 */
export function checkedPrometheusFiles(rendering: Rendering): CheckedPrometheus {
  const files = prometheusFiles(rendering);
  const folder = mkdtempSync(join(tmpdir(), "metrics-link-promtool-"));
  try {
    // Secrets stay out of temporary files; promtool only requires that their files exist.
    const secrets = secretFilesOf(rendering).map((path) => ({ path, content: "" }));
    for (const { path, content } of [...files, ...secrets]) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
    const known = checkedFiles(rendering, folder);
    const { accepted, verdict, said } = promtool(folder, known);
    if (accepted) return { files, warnings: verdict.warnings };
    const found = [...refusalsOfEach(rendering, folder, known), ...verdict.refusals];
    const refusals = found.length > 0 ? found : [{ key: "promtool", value: "a refusal", remedy: said }];
    throw new InvalidInputError(
      "Prometheus refuses its configuration; nothing was published",
      refusals.filter((one, index) => refusals.findIndex((other) => isSame(one, other)) === index),
      "PROMETHEUS_CONFIGURATION_INVALID",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of one problem with its line and without, the one with it is found first. */
const isSame = (one: Problem, other: Problem) =>
  one.remedy === other.remedy && (one.key === other.key || other.key.startsWith(`${one.key}:`));

function checkedFiles({ scrapeFiles, ruleFiles }: Rendering, folder: string): CheckedFile[] {
  const ours = [releaseFiles.configuration, releaseFiles.alerts].map((path) => ({
    path,
    place: path,
    linesBefore: 0,
    mayHoldSecrets: false,
  }));
  const users = [
    ...scrapeFiles.map(({ path, name, linesBefore }) => ({
      path,
      place: releaseFiles.scrapeFile(name),
      linesBefore,
      mayHoldSecrets: true,
    })),
    ...ruleFiles.map(({ path, name }) => ({
      path,
      place: releaseFiles.ruleFile(name),
      linesBefore: 0,
      mayHoldSecrets: false,
    })),
  ];
  return [...ours, ...users].map((file) => ({
    ...file,
    place: join(folder, file.place),
    content: readFileSync(join(folder, file.place), "utf8"),
  }));
}

/** promtool ends at the first scrape file that it refuses, so each is asked about alone, and the rules without any. */
function refusalsOfEach(
  { configuration, scrapeFiles }: Rendering,
  folder: string,
  known: readonly CheckedFile[],
): Problem[] {
  const refusalsOf = (part: Partial<Rendering["configuration"]>) => {
    const changed = { ...configuration, scrape_config_files: [], rule_files: [], ...part };
    writeFileSync(join(folder, releaseFiles.configuration), toYaml(changed));
    return promtool(folder, known).verdict.refusals;
  };
  return [
    ...refusalsOf({ rule_files: configuration.rule_files ?? [] }),
    ...scrapeFiles.flatMap((file, index) => {
      const part = { scrape_config_files: [configuration.scrape_config_files?.[index] ?? ""] };
      return refusalsOf(part).map((refusal) =>
        refusal.key === file.path
          ? atItsJob(file, refusal, (text) => {
              writeFileSync(join(folder, releaseFiles.scrapeFile(file.name)), text);
              return refusalsOf(part);
            })
          : refusal,
      );
    }),
  ];
}

/**
 * A refusal that names neither line nor job, with the line of the job that it is about: that job is the last in the
 * shortest beginning of the file that is refused alike.
 */
function atItsJob(file: ScrapeFile, refusal: Problem, ask: (text: string) => readonly Problem[]): Problem {
  const lines = file.content.split("\n");
  const isRefused = (jobs: number) => {
    const next = file.jobLines[jobs];
    const text = next === undefined ? lines : lines.slice(0, next - 1 + file.linesBefore);
    return ask(text.join("\n")).some(({ remedy }) => remedy === refusal.remedy);
  };
  let [fewest, most] = [1, file.jobLines.length];
  while (fewest < most) {
    const half = Math.floor((fewest + most) / 2);
    if (isRefused(half)) most = half;
    else fewest = half + 1;
  }
  const line = file.jobLines[most - 1];
  if (line === undefined || !isRefused(most)) return refusal;
  return { ...refusal, key: `${file.path}:${line}`, value: file.jobs[most - 1]?.job_name };
}

interface Answer {
  readonly accepted: boolean;
  readonly verdict: Verdict;
  readonly said: string;
}

/** Both outputs go to one file: promtool names a rule file in the one and what is wrong with it in the other. */
function promtool(folder: string, known: readonly CheckedFile[]): Answer {
  const path = join(folder, "promtool.txt");
  const output = openSync(path, "w");
  try {
    const words = ["check", "config", "--lint=all", join(folder, releaseFiles.configuration)];
    const { status, error } = spawnSync("promtool", words, { stdio: ["ignore", output, output] });
    if (error !== undefined)
      throw new LinkError("TOOL_MISSING", {
        what: "promtool cannot be started",
        next: "run `npm run setup`",
        cause: error,
      });
    const said = readFileSync(path, "utf8");
    return { accepted: status === 0, verdict: verdictOf(said, known), said };
  } finally {
    closeSync(output);
  }
}
