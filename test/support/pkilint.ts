import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";

/** What pkilint objects to, as it prints it; empty when it has nothing to say. Notices are counted as objections. */
export function objections(linter: "lint_pkix_cert" | "lint_pkix_signer_signee_cert_chain", ...pems: string[]): string {
  const directory = mkdtempSync(join(tmpdir(), "pkilint-"));
  try {
    const files = pems.map((pem, index) => {
      const file = join(directory, `${index}.pem`);
      writeFileSync(file, pem);
      return file;
    });
    const words = ["-m", `pkilint.bin.${linter}`, "lint", "--severity", "NOTICE", ...files];
    return execFileSync(join(cacheDirectory(), "bin", "pkilint-python"), words, { encoding: "utf8" }).trim();
  } catch (error) {
    // It ends with the number of its objections.
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    if (!stdout) throw new Error(`pkilint did not run: ${stderr}`);
    return stdout.trim();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
