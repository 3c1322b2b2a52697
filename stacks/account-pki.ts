import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Configuration, configurationNamespace, leafPurposesOf } from "@metrics-link/config";
import {
  fingerprintOf,
  InvalidInputError,
  LinkError,
  messageOf,
  type PkiOutput,
  readCertificates,
} from "@metrics-link/contract";
import {
  AccountPki,
  type IssuedPki,
  isRootOf,
  type LeafArgs,
  type OfflineAuthority,
  offlineAuthority,
  requireOrder,
} from "@metrics-link/pki";
import * as pulumi from "@pulumi/pulumi";
import { type OwnContract, type OwnOutputs, ownStack } from "./own-outputs.ts";
import type { KnownPeer } from "./peer.ts";
import { repositoryRoot } from "./repository-files.ts";

/** The state of an account's PKI before any resource is registered. */
export interface PkiPlan {
  readonly inForce: PkiOutput | undefined;
  readonly offline: OfflineAuthority | undefined;
  readonly now: number;
  /** True until the intermediate is signed for the first time. Until then a host cannot get a certificate. */
  readonly waits: boolean;
}

/**
 * Reads the ceremony's artifacts.
 * @param inForce the PKI outputs of the last update
 * @throws InvalidInputError if the artifacts cannot be used
 */
export function planPki({ pki }: Configuration, inForce: PkiOutput | undefined): PkiPlan {
  const now = Date.now();
  const offline = pki.root === "trial" ? undefined : offlineAuthority({ pki, ...artifactsOf(pki), inForce, now });
  return { inForce, offline, now, waits: offline !== undefined && offline.intermediatePem === undefined };
}

/**
 * Requires that every peer still accepts this side's leaf after the update. Uses a peer's `trusts` even if other parts of
 * its contract are not pinned; ignores peers that are unreadable or suspended. Warns of peers that know this stack by
 * another name.
 * @throws InvalidInputError if a peer accepts this side's leaf today and would reject it after this update
 */
export function requirePeersFollow(
  { pki, exchange }: Pick<Configuration, "pki" | "exchange">,
  { inForce, offline }: PkiPlan,
  before: Pick<OwnOutputs, "contract">,
  peers: readonly KnownPeer<"sender" | "receiver">[],
): void {
  const { root } = pki.generations;
  const pem = offline?.roots.find(({ generation }) => generation === root)?.pem;
  const warnings = requireOrder({
    stack: shownAs({ exchange }),
    pki,
    inForce,
    nameInForce: before.contract?.dnsName,
    signingRoot: pem === undefined ? trialRoot(pki, inForce, before.contract) : fingerprintOf(pem),
    peers: peers.map(({ stack, contract }) => ({ stack, trusts: contract?.trusts })),
  });
  for (const warning of warnings) void pulumi.log.warn(warning, pulumi.runtime.getStackResource());
}

/** The stack by which the peers know this side. */
export const shownAs = ({ exchange }: Pick<Configuration, "exchange">): string => exchange ?? ownStack();

/** The fingerprint of the root in this state that signs; undefined if this update makes it, or makes it anew. */
function trialRoot(
  { root: kind, organization, lifetimes, generations }: Configuration["pki"],
  inForce: PkiOutput | undefined,
  contract: OwnContract | undefined,
): string | undefined {
  const known = inForce?.root === kind ? inForce.roots[generations.root] : undefined;
  const certificate = readCertificates(contract?.rootBundle ?? "").find(
    ({ fingerprint256 }) => fingerprint256 === known,
  );
  const args = { organization, validityYears: lifetimes.rootYears, generation: generations.root };
  return certificate === undefined || isRootOf(certificate, args) ? known : undefined;
}

/** The PKI of an account whose intermediate is signed. */
export function accountPki(name: string, configuration: Configuration, plan: PkiPlan, usage: LeafArgs["usage"]) {
  const { pki } = configuration;
  const purposes = leafPurposesOf(configuration);
  const { issued, state } = new AccountPki(name, { stack: shownAs(configuration), pki, usage, purposes, ...plan });
  if (issued === undefined) throw new LinkError("INTERNAL", { what: "the intermediate in force is not signed" });
  return { ...issued, state };
}

/** Of each leaf whether it has the names that it should have. */
export const namesOf = ({ leaf, furtherLeaves }: Pick<IssuedPki, "leaf" | "furtherLeaves">): pulumi.Output<boolean>[] =>
  [leaf, ...Object.values(furtherLeaves)].map(({ hasItsNames }) => hasItsNames);

/**
 * The program of an account that waits for its ceremony: creates only the intermediate's key and its request. Its outputs
 * say what to do next.
 */
export function waitingPki(name: string, { pki, exchange }: Configuration, plan: PkiPlan, usage: LeafArgs["usage"]) {
  const { state } = new AccountPki(name, { stack: shownAs({ exchange }), pki, usage, ...plan });
  const request = `npm run -s ceremony -- request --stack ${pulumi.getStack()}`;
  void pulumi.log.warn(
    `Intermediate G${pki.generations.intermediate} is not signed yet, so the stack has only its key and its request. ` +
      `Next: ${request}; then, where the root key is kept, init (once) and sign; then commit ${pki.artefacts} and ` +
      "update again. See docs/pki.md.",
  );
  // Pulumi shows the first 150 characters of an output.
  return { pki: state, next: `${request}; then docs/pki.md#the-ceremony` };
}

/**
 * The files of the ceremony's folder. Before the first ceremony there is none.
 * @throws InvalidInputError when it is no folder, or a file in it cannot be read
 */
function artifactsOf({ artefacts = "" }: Configuration["pki"]) {
  const path = resolve(repositoryRoot, artefacts);
  const read = <Result>(key: string, value: string, wanted: string, work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      const problem = { key, value, remedy: `${wanted}: ${messageOf(cause)}` };
      const subject = "The certificates of the ceremony cannot be read; nothing was changed";
      throw new InvalidInputError(subject, [problem], "REPOSITORY_FILE_INVALID", { cause });
    }
  };
  const names = read(`${configurationNamespace}:pki.artefacts`, artefacts, "a folder of the repository", () =>
    existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".pem")) : [],
  );
  return {
    folder: artefacts,
    files: Object.fromEntries(
      names.map((name) => [
        name,
        read(join(artefacts, name), name, "a file with one certificate", () => readFileSync(join(path, name), "utf8")),
      ]),
    ),
  };
}
