import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LinkError } from "@metrics-link/contract";
import { prometheusFiles, type Rendering, releaseFiles, secretFilesOf } from "@metrics-link/prometheus";
import type { HostFile } from "@metrics-link/release";

/**
 * Checks the files of Prometheus' configuration with promtool, so that a mistake in a user's job or rule stops the
 * preview, before it reaches a host.
 * @throws LinkError with promtool's message
 */
export function checkedPrometheusFiles(rendering: Rendering): HostFile[] {
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
    promtool("check", "config", "--lint=all", "--lint-fatal", join(folder, releaseFiles.configuration));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return files;
}

function promtool(...words: string[]): void {
  try {
    execFileSync("promtool", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: string; stdout?: string; stderr?: string };
    if (code === "ENOENT")
      throw new LinkError("TOOL_MISSING", {
        what: "promtool is not on PATH",
        next: "run `npm run setup`",
        cause: error,
      });
    throw new LinkError("PROMETHEUS_CONFIGURATION_INVALID", {
      what: `promtool rejects the configuration of Prometheus; nothing was published:\n${stdout}${stderr}`,
      cause: error,
    });
  }
}
