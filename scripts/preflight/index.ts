import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Configuration, ExchangeConfiguration } from "@metrics-link/config";
import { parseJson } from "@metrics-link/contract";
import {
  type Answer,
  type Evidence,
  type ExchangeEvidence,
  exitCodes,
  preflight,
  priceTable,
  reportOf,
} from "@metrics-link/preflight";
import { renderText } from "@metrics-link/report";
import { clientConfiguration } from "../audit/aws.ts";
import { part } from "../audit/part.ts";
import { type Command, optionsOf, required, say } from "../stack/command-line.ts";
import { contextOf, repository, type StackContext } from "../stack/context.ts";
import { askAws } from "./aws.ts";
import { identitiesOf } from "./identity.ts";
import { ceremonyOf, pluginsOf, rootsOf, toolProblems } from "./machine.ts";
import { addressesLeft } from "./quotas.ts";
import { askPulumi, pkiInForce } from "./state.ts";

const usage = `Usage: npm run -s preflight -- --stack STACK [--sandbox NAME]
Says what would stop an update of a stack, before it begins: identity, quotas, image, keys, services, plugins,
certificates; and what the stack costs each month. Reads only. docs/deploy.md lists what it reads.
Exit codes: 0 nothing would stop the update, 1 something would, 2 wrong call, 3 something is not known.`;

/** In which an exchange stack tells of its Elastic IPs (stacks/own-exchange.ts). */
const addressesOutput = "addresses";

const options = { stack: { type: "string" }, sandbox: { type: "string" } } as const;

async function main(words: readonly string[]): Promise<number> {
  const { stack, sandbox } = optionsOf(words, options);
  const evidence = await collect(contextOf(required(stack, "--stack"), sandbox));
  const file = join(repository, "packages/preflight/prices.json");
  const prices = parseJson(priceTable, readFileSync(file, "utf8"), file);
  const judged = preflight(evidence);
  say(renderText(reportOf(evidence, judged, prices)));
  return exitCodes[judged.verdict.severity];
}

/** Reads everything that a preflight judges. What cannot be read is replaced by the reason. */
export async function collect(context: StackContext): Promise<Evidence | ExchangeEvidence> {
  const configuration = context.file.readAny();
  return configuration.role === "exchange"
    ? await collectOfExchange(context, configuration)
    : await collectOfHost(context, configuration);
}

/** The same of an exchange stack: it has addresses alone. */
async function collectOfExchange(
  context: StackContext,
  configuration: ExchangeConfiguration,
): Promise<ExchangeEvidence> {
  const { environment } = context;
  const [identities, addresses, { backend, secrets, outputs }] = await Promise.all([
    identitiesOf(configuration, environment),
    addressesLeft(clientConfiguration(configuration, environment)),
    askPulumi(context),
  ]);
  return {
    ...head(context),
    configuration,
    deployed: has(outputs, addressesOutput),
    ...identities,
    quotas: { addresses },
    backend,
    secrets,
    plugins: await part(() => pluginsOf(environment.PATH ?? "")),
    ceremony: await part(() => rootsOf(configuration)),
  };
}

async function collectOfHost(context: StackContext, configuration: Configuration): Promise<Evidence> {
  const { environment } = context;
  const [fromAws, { backend, secrets, outputs }] = await Promise.all([
    askAws(configuration, environment),
    askPulumi(context),
  ]);
  const ceremony = async () =>
    "error" in outputs ? outputs : await part(() => ceremonyOf(context, pkiInForce(outputs.value)));
  return {
    ...head(context),
    configuration,
    deployed: has(outputs, "instanceId"),
    ...fromAws,
    backend,
    secrets,
    plugins: await part(() => pluginsOf(environment.PATH ?? "")),
    tools: await part(() => toolProblems(configuration)),
    ceremony: configuration.pki.root === "trial" ? undefined : await ceremony(),
  };
}

const head = ({ stack }: StackContext) => ({ takenAt: new Date().toISOString(), stack });

/** Whether the last update left this output. */
const has = (outputs: Answer<Readonly<Record<string, unknown>>>, name: string): Answer<boolean> =>
  "error" in outputs ? outputs : { value: outputs.value[name] !== undefined };

export const command: Command = { usage, run: main };
