import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { LinkError } from "@metrics-link/contract";
import { toRead } from "../stack/command-line.ts";

/** With a shorter passphrase, the medium alone would be almost enough. */
const leastLength = 16;

/**
 * Calls `work` with a file that has the medium's passphrase: the given file, or a temporary one, readable by this user
 * only, with what a person types.
 * @throws LinkError CEREMONY_INVALID when it is too short
 */
export async function withPassphrase<Result>(
  file: string | undefined,
  work: (file: string) => Promise<Result>,
): Promise<Result> {
  if (file !== undefined) {
    const path = toRead("--passphrase-file", file);
    requireLong(readFileSync(path, "utf8"));
    return await work(path);
  }
  if (!process.stdin.isTTY) {
    throw new LinkError("USAGE", {
      what: "stdin is not a terminal, so nobody can type the medium's passphrase",
      next: "give it by --passphrase-file FILE",
    });
  }
  const passphrase = await asked();
  requireLong(passphrase);
  const folder = mkdtempSync(join(tmpdir(), "metrics-link-passphrase-"));
  try {
    const path = join(folder, "passphrase");
    writeFileSync(path, passphrase, { mode: 0o600 });
    return await work(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function requireLong(passphrase: string): void {
  const { length } = passphrase.trim();
  if (length < leastLength) {
    throw new LinkError("CEREMONY_INVALID", {
      what: `the medium's passphrase has ${length} characters`,
      next: `use at least ${leastLength}`,
    });
  }
}

/** Prompts without echo. */
function asked(): Promise<string> {
  process.stderr.write("Passphrase of the medium: ");
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve) => {
    terminal.question("", (answer) => {
      terminal.close();
      process.stderr.write("\n");
      resolve(answer);
    });
  });
}
