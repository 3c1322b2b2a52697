import { readFileSync, writeFileSync } from "node:fs";
import { contractIn, LinkError, readCertificates, readContract, unlessOtherText } from "@metrics-link/contract";
import { type Command, oneOf, parsed, required, say, toRead, toWrite, wrongValue } from "../stack/command-line.ts";
import { contextOf } from "../stack/context.ts";
import { datasource } from "./datasource.ts";

const usage = `Usage: npm run -s grafana -- datasource --stack STACK --service NAME --address HOST:PORT --certificate FILE --key-file PATH --out FILE
Writes a data source for Grafana's provisioning folder: a query service of a stack, asked with a certificate.
  --service NAME      of queryServices in the stack's configuration
  --address HOST:PORT where Grafana reaches the host
  --certificate FILE  what Grafana shows, as PEM with its intermediates; its name must be one of the service's clients
  --key-file PATH     the certificate's private key on Grafana's machine, which reads it there
  --sandbox NAME      the stack is one of another sandbox than the repository's own`;

async function main(words: readonly string[]): Promise<number> {
  const texts = ["stack", "service", "address", "certificate", "key-file", "out"] as const;
  const options = Object.fromEntries([...texts, "sandbox"].map((name) => [name, { type: "string" as const }]));
  const { values, positionals } = parsed(words, options);
  const value = (name: (typeof texts)[number]) => required(values[name] as string | undefined, `--${name}`);
  oneOf("COMMAND", positionals[0], ["datasource"]);
  const context = contextOf(value("stack"), values.sandbox as string | undefined);
  const { queryServices, pki, prometheus } = context.file.read();
  const listening = queryServices.filter(({ enabled }) => enabled);
  const name = value("service");
  const service = listening.find((one) => one.name === name);
  if (service === undefined) {
    const known = listening.map((one) => one.name).join(", ");
    throw wrongValue("--service", name, known === "" ? "a query service; the stack has none that is enabled" : known);
  }
  const address = value("address");
  if (!/^[A-Za-z0-9.-]+:\d{1,5}$/.test(address)) throw wrongValue("--address", address, "HOST:PORT");
  const keyFile = value("key-file");
  if (!/^\/[^{}\s]+$/.test(keyFile)) throw wrongValue("--key-file", keyFile, "an absolute path on Grafana's machine");
  const file = toRead("--certificate", value("certificate"));
  const certificate = unlessOtherText(
    () => readCertificates(readFileSync(file, "utf8")),
    (why) => {
      throw wrongValue("--certificate", file, `a file with certificates alone: ${why}`);
    },
  );
  const out = toWrite("--out", value("out"));
  const contract = readContract(context.stack, contractIn(await context.pulumi.outputs(context.stack)));
  if (contract === undefined) {
    throw new LinkError("STACK_NOT_DEPLOYED", {
      what: `${context.stack} has no contract output`,
      next: `pulumi up -s ${context.stack}`,
    });
  }
  const { rootBundle } = contract;
  const { scrapeInterval } = prometheus;
  writeFileSync(
    out,
    datasource({ service, pki, scrapeInterval, rootBundle, address, certificate, keyFile, now: Date.now() }),
  );
  say(`${out}: put it into Grafana's provisioning/datasources, and the private key at ${keyFile}`);
  return 0;
}

export const command: Command = { usage, run: main };
