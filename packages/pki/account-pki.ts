import type { Configuration } from "@metrics-link/config";
import {
  fingerprintOf,
  type LeafPurpose,
  LinkError,
  leafNames,
  leafPurposes,
  type PkiOutput,
  purposeNames,
} from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import type { OfflineAuthority } from "./artifacts.ts";
import { IntermediateAuthority, RootAuthority } from "./authorities.ts";
import { Leaf, type LeafArgs, renewalOf } from "./leaf.ts";

export interface AccountPkiArgs {
  /** The stack's own name, as its peers write it. */
  readonly stack: string;
  readonly pki: Configuration["pki"];
  readonly usage: LeafArgs["usage"];
  /** What the stack needs leaves for besides the link. */
  readonly purposes?: readonly LeafPurpose[];
  /** The ceremony's artifacts, checked. Absent for a trial, whose roots are in this state. */
  readonly offline?: OfflineAuthority | undefined;
  /** The PKI output of the stack's last successful update. */
  readonly inForce?: PkiOutput | undefined;
  /** Milliseconds, UTC. */
  readonly now: number;
}

/** The PKI of an account whose intermediate is signed. */
export interface IssuedPki {
  /** PEM of the trust anchors for the peer. Public. */
  readonly rootBundle: pulumi.Output<string>;
  readonly rootFingerprints: pulumi.Output<string[]>;
  readonly leaf: Leaf;
  /** One leaf for each of `purposes`, signed by the same intermediate. */
  readonly furtherLeaves: Readonly<Partial<Record<LeafPurpose, Leaf>>>;
}

/**
 * The root, intermediate and leaf of one account. Each has its generation in its name, so that the next one can exist beside
 * it before it is removed.
 */
export class AccountPki extends pulumi.ComponentResource {
  /** Undefined while the intermediate is not signed. */
  readonly issued: IssuedPki | undefined;
  /** What the next update and the peer's staff need to know. Public. */
  readonly state: pulumi.Output<PkiOutput>;

  constructor(name: string, args: AccountPkiArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:pki:AccountPki", name, {}, options);
    const { pki, offline } = args;
    const { root, otherRoots, intermediate, nextIntermediate } = pki.generations;
    const published = [root, ...otherRoots];
    const roots = offline ? offlineRoots(offline) : trialRoots(name, pki, this);
    const [inForce, ...others] = [intermediate, ...(nextIntermediate === undefined ? [] : [nextIntermediate])].map(
      (generation) => {
        const signed = offline
          ? generation === intermediate && offline.intermediatePem !== undefined
            ? { certificatePem: offline.intermediatePem }
            : undefined
          : { by: issuerOf(roots, root), validityYears: pki.lifetimes.intermediateYears };
        return new IntermediateAuthority(
          `${name}-intermediate-g${generation}`,
          { organization: pki.organization, generation, ...(signed && { signed }) },
          { parent: this },
        );
      },
    );
    if (inForce === undefined) throw new LinkError("INTERNAL", { what: "there is no intermediate in force" });
    const pems = pulumi.all(published.map((generation) => roots.get(generation)?.certificatePem ?? ""));
    this.issued = this.issue(name, args, inForce, pems);
    this.state = pulumi.output({
      stack: args.stack,
      root: pki.root,
      generations: { ...pki.generations },
      roots: this.issued
        ? pems.apply((list) => Object.fromEntries(list.map((pem, index) => [published[index], fingerprintOf(pem)])))
        : {},
      intermediates: Object.fromEntries(
        [inForce, ...others].map((one, index) => [
          index === 0 ? intermediate : nextIntermediate,
          { request: one.requestPem, publicKey: one.publicKeyPem },
        ]),
      ),
      ...(this.issued && leafStates(args, this.issued)),
    }) as pulumi.Output<PkiOutput>;
    this.registerOutputs({ rootBundle: this.issued?.rootBundle, state: this.state });
  }

  private issue(
    name: string,
    args: AccountPkiArgs,
    intermediate: IntermediateAuthority,
    pems: pulumi.Output<string[]>,
  ): IssuedPki | undefined {
    const { certificatePem, privateKeyPem } = intermediate;
    if (certificatePem === undefined) return undefined;
    const { dnsName, generations } = args.pki;
    const issuer = { certificatePem, privateKeyPem };
    const [first = dnsName, ...rest] = leafNames(dnsName, generations.identity);
    const leaf = this.leaf(
      `${name}-leaf`,
      args,
      { dnsNames: [first, ...rest], usage: args.usage, issuer },
      args.inForce?.leaf,
    );
    const further = (args.purposes ?? []).map((purpose) => {
      const dnsNames = purposeNames(purpose, dnsName, generations.identity);
      const wanted = { dnsNames, usage: leafPurposes[purpose], issuer };
      return [
        purpose,
        this.leaf(`${name}-${purpose}-leaf`, args, wanted, args.inForce?.furtherLeaves?.[purpose]),
      ] as const;
    });
    return {
      rootBundle: pems.apply((list) => list.map((pem) => `${pem.trim()}\n`).join("")),
      rootFingerprints: pems.apply((list) => list.map(fingerprintOf)),
      leaf,
      furtherLeaves: Object.fromEntries(further),
    };
  }

  /** All leaves of a stack have one generation and one lifetime; each is renewed by its own dates. */
  private leaf(
    name: string,
    { pki: { organization, lifetimes, generations }, now }: AccountPkiArgs,
    wanted: Pick<LeafArgs, "dnsNames" | "usage" | "issuer">,
    inForce: PkiOutput["leaf"],
  ): Leaf {
    const renewal = renewalOf(inForce, generations.leaf, now);
    return new Leaf(
      `${name}-g${generations.leaf}${renewal === 0 ? "" : `-r${renewal}`}`,
      { organization, validityDays: lifetimes.leafDays, ...wanted },
      { parent: this },
    );
  }
}

interface Root {
  readonly certificatePem: pulumi.Input<string>;
  readonly privateKeyPem?: pulumi.Input<string>;
}

const offlineRoots = ({ roots }: OfflineAuthority): Map<number, Root> =>
  new Map(roots.map(({ generation, pem }) => [generation, { certificatePem: pem }]));

function trialRoots(name: string, { organization, lifetimes, generations }: Configuration["pki"], parent: AccountPki) {
  const list = [generations.root, ...generations.otherRoots].map(
    (generation) =>
      [
        generation,
        new RootAuthority(
          `${name}-root-g${generation}`,
          { organization, validityYears: lifetimes.rootYears, generation },
          { parent },
        ),
      ] as const,
  );
  return new Map<number, Root>(list);
}

function issuerOf(roots: Map<number, Root>, generation: number) {
  const { certificatePem, privateKeyPem } = roots.get(generation) ?? {};
  if (certificatePem === undefined || privateKeyPem === undefined) {
    throw new LinkError("INTERNAL", { what: `root G${generation} is not in this stack's state` });
  }
  return { certificatePem, privateKeyPem };
}

function leafStates({ pki, inForce, now, purposes = [] }: AccountPkiArgs, { leaf, furtherLeaves }: IssuedPki) {
  const { leaf: generation } = pki.generations;
  const state = (one: Leaf, before: PkiOutput["leaf"]) => ({
    generation,
    renewal: renewalOf(before, generation, now),
    notBefore: one.notBefore,
    notAfter: one.notAfter,
    fingerprint: one.certificatePem.apply(fingerprintOf),
  });
  const further = purposes.flatMap((purpose) => {
    const one = furtherLeaves[purpose];
    return one === undefined ? [] : [[purpose, state(one, inForce?.furtherLeaves?.[purpose])] as const];
  });
  return {
    leaf: state(leaf, inForce?.leaf),
    ...(further.length === 0 ? {} : { furtherLeaves: Object.fromEntries(further) }),
  };
}
