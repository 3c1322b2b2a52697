import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  artifactNames,
  commonNames,
  InvalidInputError,
  LinkError,
  pkiOutput,
  printable,
  readPkiOutput,
  unlessOtherText,
} from "@metrics-link/contract";
import {
  readAuthority,
  readRequest,
  requestProblems,
  signedProblems,
  signerProblems,
  yearsInHours,
} from "@metrics-link/pki/ceremony/index.ts";
import { say, typed } from "../stack/command-line.ts";
import { artifactFolder, type StackContext } from "../stack/context.ts";
import type { Medium } from "./medium.ts";
import { describeAuthority, describeSigning } from "./words.ts";

/** On the everyday machine: writes the requests of the stack's intermediates, as files to carry. */
export async function request(
  context: Pick<StackContext, "file" | "stack"> & { readonly pulumi: Pick<StackContext["pulumi"], "outputs"> },
): Promise<void> {
  const folder = artifactFolder(context);
  const pki = readPkiOutput((await context.pulumi.outputs(context.stack))[pkiOutput]);
  if (pki === undefined) {
    throw new LinkError("STACK_NOT_DEPLOYED", {
      what: `${context.stack} has no certificate request yet`,
      next: "run `pulumi up` once",
    });
  }
  mkdirSync(folder, { recursive: true });
  for (const [generation, one] of Object.entries(pki.intermediates)) {
    const name = artifactNames.request(Number(generation));
    if (existsSync(join(folder, artifactNames.intermediate(Number(generation))))) continue;
    writeFileSync(join(folder, name), one.request);
    const { keyFingerprint } = await readRequest(one.request);
    say(`${join(folder, name)}\n  SHA-256 of its public key ${keyFingerprint}`);
  }
}

export interface InitOptions {
  readonly generation: number;
  readonly years: number | undefined;
  readonly yes: boolean;
}

/** Where the root is kept: creates a root, or writes the certificate of an existing one. */
export async function init(context: StackContext, medium: Medium, options: InitOptions): Promise<void> {
  const folder = artifactFolder(context);
  const { organization, lifetimes } = context.file.read().pki;
  const { generation } = options;
  const before = medium.configuration();
  requireSameOrganization(before?.organization, organization, medium);
  const roots = before?.roots ?? [];
  const years = options.years ?? lifetimes.rootYears;
  if (!roots.some((root) => root.generation === generation)) {
    say(
      `A new root: ${commonNames.root(organization, generation)}, valid for ${years} years, its key on ${medium.folder}`,
    );
    await agreed(options.yes, "Make it?", "make");
  }
  const wanted = roots.some((root) => root.generation === generation) ? roots : [...roots, { generation, years }];
  const made = await medium.make({ organization, roots: wanted, signed: before?.signed ?? [] });
  mkdirSync(folder, { recursive: true });
  const pem = made.roots[generation] ?? "";
  writeFileSync(join(folder, artifactNames.root(generation)), pem);
  say(`${join(folder, artifactNames.root(generation))}\n${describeAuthority(readAuthority(pem))}`);
}

export interface SignOptions {
  readonly generation: number | undefined;
  readonly root: number | undefined;
  readonly years: number | undefined;
  readonly yes: boolean;
}

/**
 * Where the root is kept: signs the request of an intermediate.
 * @throws InvalidInputError naming everything that is wrong with the request or the root
 */
export async function sign(context: StackContext, medium: Medium, options: SignOptions): Promise<void> {
  const folder = artifactFolder(context);
  const { organization, lifetimes, generations } = context.file.read().pki;
  const configuration = medium.configuration();
  if (configuration === undefined) throw invalid(`${medium.folder} has no root yet`, "run `npm run ceremony -- init`");
  requireSameOrganization(configuration.organization, organization, medium);
  const generation = options.generation ?? generations.nextIntermediate ?? generations.intermediate;
  const rootGeneration = options.root ?? Math.max(...configuration.roots.map((root) => root.generation));
  const years = options.years ?? lifetimes.intermediateYears;

  const file = join(folder, artifactNames.request(generation));
  if (!existsSync(file)) throw invalid(`${file} does not exist`, "run `npm run ceremony -- request`");
  const pem = readFileSync(file, "utf8");
  const asked = await readRequest(pem);
  const { roots, intermediates } = await medium.certificates();
  const signer = roots[rootGeneration];
  if (signer === undefined) throw invalid(`root G${rootGeneration} is not on ${medium.folder}`, "insert its medium");
  const root = readAuthority(signer);
  const until = new Date(Date.now() + yearsInHours(years) * 3_600_000);
  const before = configuration.signed.find((one) => one.generation === generation);
  const others = Object.entries(intermediates).filter(([key]) => Number(key) !== generation);
  const otherKeys = [...Object.values(roots), ...others.map(([, other]) => other)].map(
    (one) => readAuthority(one).publicKey,
  );
  const problems = [
    ...requestProblems(asked, { organization, generation, otherKeys }),
    ...(before === undefined ? signerProblems(root, Date.now(), until.getTime()) : []),
    ...(before !== undefined && (await readRequest(before.request)).publicKey !== asked.publicKey
      ? [
          {
            key: `intermediate G${generation}`,
            value: asked.keyFingerprint,
            remedy: "the key that was signed under this generation; another key is another generation",
          },
        ]
      : []),
  ];
  if (problems.length > 0) throw new InvalidInputError(`${file} is not signed; nothing was changed`, problems);

  if (before === undefined) {
    say(describeSigning(root, commonNames.intermediate(organization, generation), asked, until));
    await agreed(options.yes, "Sign it?", "sign");
  }
  const signed = before
    ? configuration.signed
    : [...configuration.signed, { generation, root: rootGeneration, years, request: pem }];
  const made = await medium.make({ ...configuration, signed });
  const certificate = made.intermediates[generation] ?? "";
  const issued = readAuthority(certificate);
  const issuer = readAuthority(roots[before?.root ?? rootGeneration] ?? "");
  const wrong = signedProblems(issued, issuer, asked.publicKey);
  if (wrong.length > 0) throw new InvalidInputError("What was signed is not what was asked for; do not use it", wrong);
  writeFileSync(join(folder, artifactNames.intermediate(generation)), certificate);
  say(`${join(folder, artifactNames.intermediate(generation))}\n${describeAuthority(issued)}`);
}

/** Lists the folder of artifacts and, if given, the medium. */
export async function show(context: StackContext, medium: Medium | undefined): Promise<void> {
  const folder = artifactFolder(context);
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  say(names.length === 0 ? `${folder} is empty` : folder);
  for (const name of names) {
    const text = readFileSync(join(folder, name), "utf8");
    say(
      name.endsWith(".request.pem")
        ? `${printable(name)}: a request, SHA-256 of its public key ${(await readRequest(text)).keyFingerprint}`
        : `${printable(name)}: ${unlessOtherText(
            () => describeAuthority(readAuthority(text)),
            (why) => `NOT one certificate alone: ${why}`,
          )}`,
    );
  }
  if (medium === undefined) return;
  const { roots, intermediates } = await medium.certificates();
  say(medium.folder);
  for (const pem of [...Object.values(roots), ...Object.values(intermediates)])
    say(describeAuthority(readAuthority(pem)));
}

function requireSameOrganization(onMedium: string | undefined, wanted: string, medium: Medium): void {
  if (onMedium === undefined || onMedium === wanted) return;
  throw invalid(
    `${medium.folder} has the roots of ${onMedium}, but the stack belongs to ${wanted}`,
    "use another medium",
  );
}

async function agreed(yes: boolean, question: string, word: string): Promise<void> {
  if (yes || (await typed(question, word))) return;
  throw new LinkError("CEREMONY_INVALID", { what: "not confirmed; nothing was changed" });
}

const invalid = (what: string, next: string) => new LinkError("CEREMONY_INVALID", { what, next });
