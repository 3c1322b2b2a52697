import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseExporterFile } from "@metrics-link/config";
import { InvalidInputError, messageOf, readCertificates, subjectText, unlessOtherText } from "@metrics-link/contract";
import { clientRoot } from "@metrics-link/stacks/exposed-exporter.ts";
import { parse } from "yaml";
import { z } from "zod";
import { type Command, oneOf, parsed, required, say, takesOnly, toRead, wrongValue } from "../stack/command-line.ts";
import { bundleOf } from "./bundle.ts";

const usage = `Usage: npm run -s exporter -- render FILE.yaml --out DIR
Writes what a machine needs that is not a host of a stack to show its metrics to named clients alone: the exporter's web configuration, a
unit, a check and a README.md. FILE.yaml has the key exporter (docs/exporters.md); its files are relative to it.`;

const document = z.record(z.string(), z.unknown());

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(words, { out: { type: "string" } });
  const [word, given, ...more] = positionals;
  oneOf("COMMAND", word, ["render"]);
  takesOnly(more, 0);
  const file = toRead("FILE.yaml", required(given, "FILE.yaml"));
  const out = resolve(required(values.out, "--out"));
  if (existsSync(out)) throw wrongValue("--out", out, "a folder that does not exist yet");

  const raw = document.safeParse(parse(readFileSync(file, "utf8")));
  const declared = parseExporterFile(raw.data ?? {}, { name: file, lineOf: () => undefined });
  const folder = dirname(resolve(file));
  const clientAuthority = clientRoot(declared.exporter.ca, Date.now(), { key: "exporter.ca", folder });
  const files = bundleOf(declared, { chain: chainIn(folder, declared.exporter.certFile), clientAuthority });
  mkdirSync(out, { recursive: true });
  for (const { path, content } of files) {
    writeFileSync(join(out, path), content, { mode: path.endsWith(".sh") ? 0o755 : 0o644 });
  }
  say(`${out}: ${files.length} files, without the private key; README.md says what to do with them`);
  return 0;
}

/** The exporter's certificate and its intermediates, encoded anew. @throws InvalidInputError naming the key */
function chainIn(folder: string, file: string): string {
  const refused = (remedy: string): never => {
    const problems = [{ key: "exporter.certFile", value: file, remedy }];
    throw new InvalidInputError("The exporter's certificate cannot be used", problems, "REPOSITORY_FILE_INVALID");
  };
  let text = "";
  try {
    text = readFileSync(resolve(folder, file), "utf8");
  } catch (error) {
    refused(`a file that can be read: ${messageOf(error)}`);
  }
  const chain = unlessOtherText(
    () => readCertificates(text),
    (why) => refused(`a file with only PEM certificates: ${why}`),
  );
  const [leaf] = chain;
  if (leaf === undefined || leaf.ca) return refused("the exporter's own certificate first, then its intermediates");
  for (const one of chain) {
    if (one.validToDate.getTime() > Date.now()) continue;
    refused(`certificates that are valid now: ${subjectText(one)} ended ${one.validToDate.toISOString()}`);
  }
  return chain.map((one) => one.toString()).join("");
}

export const command: Command = { usage, run: main };
