import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Asked, PreviewReader, type PreviewRecord } from "@metrics-link/review";
import { forPreviewing } from "./environment.ts";
import { Tap } from "./tap.ts";

export interface PreviewOptions {
  readonly stack: string;
  /** The folder with Pulumi.yaml. */
  readonly project: string;
  /** Of which engine and program get what a preview needs, and nothing else. */
  readonly environment: NodeJS.ProcessEnv;
  /** The folder of a policy pack. */
  readonly pack?: string;
}

export interface Previewed {
  readonly record: PreviewRecord;
  /** What the program asked of the engine; with secrets in clear, so it goes nowhere. */
  readonly asked: readonly Asked[];
}

/**
 * Runs `pulumi preview`, and reads what the engine says and what the program asks while they do. Both go through pipes and
 * nowhere else: the engine's debug messages hold private keys in clear (docs/decisions/0410).
 * @throws Error when there is no `pulumi`, or it says something that is not understood
 */
export async function preview({ stack, project, pack, ...given }: PreviewOptions): Promise<Previewed> {
  const environment = forPreviewing(given.environment);
  const tap = new Tap(environment);
  const reader = new PreviewReader();
  try {
    const words = ["preview", "-s", stack, "--json", "--non-interactive", "--color", "never"];
    const client = ["--client", await tap.open(), "--exec-kind", "auto.inline"];
    const child = spawn("pulumi", [...words, ...client, ...(pack === undefined ? [] : ["--policy-pack", pack])], {
      cwd: project,
      env: { ...environment, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const read = async (stream: NodeJS.ReadableStream) => {
      for await (const line of createInterface({ input: stream })) reader.line(line);
    };
    try {
      const [code] = await Promise.all([ended, read(child.stdout), read(child.stderr)]);
      return { record: reader.record(code === 0), asked: tap.asked };
    } finally {
      child.kill();
    }
  } finally {
    tap.close();
  }
}
