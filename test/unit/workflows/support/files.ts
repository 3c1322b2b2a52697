import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const repository = join(import.meta.dirname, "../../../..");
const folder = join(repository, "docs/examples/workflows");
export const names = ["review", "renew", "audit"] as const;
export const gitlabFile = join(folder, "gitlab-ci.yaml");
export const githubFile = (name: string) => join(folder, "github", `${name}.yaml`);

const texts = z.record(z.string(), z.string());
const step = z.object({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  env: texts.default({}),
  "working-directory": z.string().optional(),
});
const job = z.object({
  "timeout-minutes": z.number(),
  environment: z.string().optional(),
  permissions: texts,
  needs: z.string().optional(),
  if: z.string().optional(),
  env: texts.default({}),
  steps: z.array(step),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.object({}).strict(),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.boolean() }),
  defaults: z.object({ run: z.object({ shell: z.literal("bash") }) }),
  jobs: z.record(z.string(), job),
});
export type Step = z.infer<typeof step>;
export type Job = z.infer<typeof job>;

/** One of the workflows of GitHub Actions. */
export const github = (name: string) => workflow.parse(parse(readFileSync(githubFile(name), "utf8")));

/** @returns the job, and its step of that name, which must be there */
export function jobOf(name: string, jobName: string): Job {
  const found = github(name).jobs[jobName];
  if (found === undefined) throw new Error(`${name}.yaml has no job ${jobName}`);
  return found;
}

export function stepOf(name: string, jobName: string, stepName: string): Step & { run: string } {
  const found = jobOf(name, jobName).steps.find((one) => one.name === stepName);
  if (found?.run === undefined) throw new Error(`${name}.yaml has no step "${stepName}" that runs something`);
  return { ...found, run: found.run };
}

const gitlabJob = z.object({
  extends: z.string().optional(),
  stage: z.string().optional(),
  rules: z.array(z.object({ if: z.string(), when: z.string().optional() })).default([]),
  timeout: z.string().optional(),
  variables: texts.default({}),
  id_tokens: z.record(z.string(), z.object({ aud: z.string() })).optional(),
  before_script: z.array(z.string()).optional(),
  script: z.array(z.string()).default([]),
});
export type GitlabJob = z.infer<typeof gitlabJob>;

/** The file of GitLab, with what each job extends, as GitLab merges it. */
export function gitlab(): Map<string, GitlabJob> {
  const { variables, ...jobs } = parse(readFileSync(gitlabFile, "utf8")) as Record<string, unknown>;
  const given = z.record(z.string(), z.object({ value: z.string() })).parse(variables);
  const globals = Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value]));
  const read = new Map(Object.entries(jobs).map(([name, one]) => [name, gitlabJob.parse(one)]));
  return new Map(
    [...read]
      .filter(([name]) => !name.startsWith("."))
      .map(([name, one]) => {
        const base = one.extends === undefined ? undefined : read.get(one.extends);
        return [name, { ...base, ...one, variables: { ...globals, ...base?.variables, ...one.variables } }];
      }),
  );
}
