import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseServicesFile } from "@metrics-link/config";
import { readServices } from "@metrics-link/stacks/metrics-services.ts";
import { parse } from "yaml";
import { z } from "zod";
import { type Command, oneOf, parsed, required, say, takesOnly, toRead, wrongValue } from "../stack/command-line.ts";
import { bundleOf } from "./bundle.ts";

const usage = `Usage: npm run -s metrics-service -- render FILE.yaml --out DIR [--machine NAME]
Writes what a machine needs that is not a host of a stack: Envoy's configuration for the metrics services in FILE.yaml, a unit, a check
and a README.md. FILE.yaml has the key metricsServices as a stack has it, without keySecret; its files are relative to it.
  --machine NAME   names the Envoy in its own logs; default: machine`;

const document = z.record(z.string(), z.unknown());

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(words, { out: { type: "string" }, machine: { type: "string" } });
  const [word, given, ...more] = positionals;
  oneOf("COMMAND", word, ["render"]);
  takesOnly(more, 0);
  const file = toRead("FILE.yaml", required(given, "FILE.yaml"));
  const out = resolve(required(values.out, "--out"));
  if (existsSync(out)) throw wrongValue("--out", out, "a folder that does not exist yet");
  const machine = values.machine ?? "machine";
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(machine)) throw wrongValue("--machine", machine, "a name of A-Z a-z 0-9 . _ -");

  const raw = document.safeParse(parse(readFileSync(file, "utf8")));
  const { metricsServices } = parseServicesFile(raw.data ?? {}, { name: file, lineOf: () => undefined });
  const services = readServices(metricsServices, (path) => readFileSync(resolve(dirname(file), path), "utf8"));
  if (services.length === 0) throw wrongValue("FILE.yaml", file, "a file with at least one service that is enabled");
  const files = bundleOf(machine, services);
  for (const { path, content } of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content, { mode: path.endsWith(".sh") ? 0o755 : 0o644 });
  }
  say(`${out}: ${files.length} files, without private keys; README.md says what to do with them`);
  return 0;
}

export const command: Command = { usage, run: main };
