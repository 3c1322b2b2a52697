import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PreviewReader, type PreviewRecord } from "@metrics-link/review";
import { repository, type StackContext } from "../stack/context.ts";

const pack = join(repository, "packages", "policy");

/**
 * Runs `pulumi preview` with the pack and reads what the engine says while it says it. The events go through a pipe and
 * nowhere else: their debug messages hold private keys in clear (docs/decisions/0410).
 * @throws Error when there is no `pulumi`, or it says something that is not understood
 */
export async function preview({ stack, project, environment }: StackContext): Promise<PreviewRecord> {
  const words = ["preview", "-s", stack, "--policy-pack", pack, "--json", "--non-interactive", "--color", "never"];
  const child = spawn("pulumi", words, {
    cwd: project,
    env: { ...environment, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const reader = new PreviewReader();
  const read = async (stream: NodeJS.ReadableStream) => {
    for await (const line of createInterface({ input: stream })) reader.line(line);
  };
  try {
    const [code] = await Promise.all([ended, read(child.stdout), read(child.stderr)]);
    return reader.record(code === 0);
  } finally {
    child.kill();
  }
}
