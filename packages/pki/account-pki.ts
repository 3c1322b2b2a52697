import type { Configuration } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { IntermediateAuthority } from "./intermediate-authority.ts";
import { Leaf, type LeafArgs } from "./leaf.ts";
import { RootAuthority } from "./root-authority.ts";

export interface AccountPkiArgs {
  readonly pki: Configuration["pki"];
  readonly usage: LeafArgs["usage"];
}

/**
 * The three tiers of one account. Each is named by its generation, so that the next one can stand beside it before
 * this one goes.
 */
export class AccountPki extends pulumi.ComponentResource {
  /** Public: what the peer anchors its trust in. */
  readonly rootBundle: pulumi.Output<string>;
  readonly rootFingerprints: pulumi.Output<string[]>;
  readonly leaf: Leaf;

  constructor(name: string, { pki, usage }: AccountPkiArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:pki:AccountPki", name, {}, options);
    const { organization, dnsName, lifetimes, generations } = pki;
    const root = new RootAuthority(
      `${name}-root-g${generations.root}`,
      { organization, validityYears: lifetimes.rootYears, generation: generations.root },
      { parent: this },
    );
    const intermediate = new IntermediateAuthority(
      `${name}-intermediate-g${generations.intermediate}`,
      {
        organization,
        validityYears: lifetimes.intermediateYears,
        generation: generations.intermediate,
        issuer: root,
      },
      { parent: this },
    );
    this.leaf = new Leaf(
      `${name}-leaf-g${generations.leaf}`,
      {
        organization,
        dnsName,
        usage,
        validityDays: lifetimes.leafDays,
        issuer: intermediate,
      },
      { parent: this },
    );
    this.rootBundle = root.certificatePem;
    this.rootFingerprints = root.fingerprints;
    this.registerOutputs({ rootBundle: this.rootBundle, rootFingerprints: this.rootFingerprints });
  }
}
