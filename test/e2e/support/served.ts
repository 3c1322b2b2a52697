/** What a machine of another network finds at a page that is served over mutual TLS, asked by curl. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Issued } from "../../support/authority.ts";
import { sandbox } from "./sandbox.ts";

export interface Asking {
  /** The client's certificate and key; none without. */
  readonly as?: Issued;
  /** Further words for curl. */
  readonly more?: readonly string[];
}

let asked = 0;

/**
 * @param folder where the certificates are put
 * @returns the status of the answer, and its body; without an answer, curl's exit code as text
 */
export async function ask(
  machine: string,
  url: string,
  folder: string,
  { as, more = [] }: Asking,
): Promise<{ readonly status: number | string; readonly body: string }> {
  asked += 1;
  const file = (ending: string, content: string) => {
    const path = join(folder, `asked-${asked}.${ending}`);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const shown = as === undefined ? [] : ["--cert", file("pem", as.pem), "--key", file("key", as.key)];
  const words = ["--silent", "--insecure", "--path-as-is", "--max-time", "5", "--write-out", "\n%{http_code}"];
  const { code, stdout } = await sandbox.world.exec(machine, ["curl", ...words, ...shown, ...more, url]);
  const end = stdout.lastIndexOf("\n");
  const status = Number(stdout.slice(end + 1));
  return { status: status === 0 ? `curl ended with ${code}` : status, body: stdout.slice(0, end) };
}
