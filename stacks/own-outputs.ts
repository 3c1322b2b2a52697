import {
  acceptedOutput,
  contractLabelsOutput,
  contractOutput,
  contractVersionsOutput,
  dnsName,
  identityLabels,
  type Labels,
  LinkError,
  messageOf,
  type PkiOutput,
  pkiOutput,
  readPkiOutput,
  rootBundle,
} from "@metrics-link/contract";
import type { FencePlan } from "@metrics-link/network";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { readOutputs } from "./stack-outputs.ts";

/** This stack's full name, as its peers write it. */
export const ownStack = (): string => `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

/** Outputs about what is in force: the next update and the peers act on them. */
const inForceOutputs = [
  contractOutput,
  contractLabelsOutput,
  contractVersionsOutput,
  "rootFingerprints",
  pkiOutput,
  "leafNotAfter",
  "instanceId",
  "dataVolumeId",
  "release",
  acceptedOutput,
  "fencePlan",
  "link",
] as const;

const releaseId = z.string().regex(/^[0-9a-f]{64}$/);
const ownLabels = z.object({ labels: identityLabels });
/** By address the number of the security group, of at most 16, in which the rule is. */
const ownFencePlan = z.record(z.ipv4(), z.int().min(1).max(16));
const ownContract = z.object({ dnsName, rootBundle });
/** What this side's own contract said at the last update. */
export type OwnContract = z.output<typeof ownContract>;

/** The outputs of this stack's last successful update. */
export interface OwnOutputs {
  /** Undefined before the first update. */
  readonly pki: PkiOutput | undefined;
  readonly contract: OwnContract | undefined;
  /** What the series of a sender carry since the last update; undefined before the first that told. */
  readonly labels: Labels | undefined;
  /** What was accepted of the peers, unchecked: readers compare it with the pins. */
  readonly accepted: unknown;
  /** Where the rules of a receiver's senders are; undefined before the first update that told. */
  readonly fencePlan: FencePlan | undefined;
  /** A sender's output `link`; absent before the first update. */
  readonly link: unknown;
  /** The release that the host was last asked to run. */
  readonly release: string | undefined;
  /** All outputs about what is in force, as they were written. */
  readonly inForce: Readonly<Partial<Record<(typeof inForceOutputs)[number], unknown>>>;
}

/** @throws LinkError if they cannot be read or contain no PKI, so that the stack is not mistaken for a new one */
export async function ownOutputs(): Promise<OwnOutputs> {
  const stack = ownStack();
  const outputs = await readOutputs(stack, inForceOutputs).catch((error: unknown) => {
    throw new LinkError("STACK_OUTPUTS_UNREADABLE", {
      what: `cannot read the last outputs of this stack, ${stack}: ${messageOf(error)}`,
      cause: error,
    });
  });
  const pki = readPkiOutput(outputs[pkiOutput]);
  const contract = outputs[contractOutput];
  if (pki === undefined && contract !== undefined) {
    throw new LinkError("OWN_OUTPUTS_INVALID", {
      what: `${stack} has an output ${contractOutput} but no ${pkiOutput}, so another program wrote them`,
      next: "update with the release that wrote them, or a later one",
    });
  }
  return {
    pki,
    contract: ownContract.safeParse(contract).data,
    labels: ownLabels.safeParse(outputs[contractLabelsOutput]).data?.labels,
    accepted: outputs[acceptedOutput],
    fencePlan: ownFencePlan.safeParse(outputs.fencePlan).data,
    link: outputs.link,
    release: releaseId.safeParse(outputs.release).data,
    inForce: outputs,
  };
}

/**
 * The outputs of an update. Pulumi writes them also after `--target` and `--exclude`, from a configuration that the host
 * may not run: a peer would expect a name that no leaf has, and the next rotation would begin from a step never made. So
 * what is in force stays as the last whole update left it.
 * @param whole whether the host was asked to run exactly what this program describes
 */
export function outputsInForce<Outputs extends Readonly<Record<string, unknown>>>(
  outputs: Outputs,
  before: Pick<OwnOutputs, "inForce">,
  whole: pulumi.Output<boolean>,
): Record<string, unknown> {
  void whole.apply((isWhole) => {
    if (isWhole) return undefined;
    return pulumi.log.warn(
      "This update leaves out a part of what the host needs (--target or --exclude), so the host keeps its release and " +
        "this stack its outputs. Run `pulumi up` without these options.",
      pulumi.runtime.getStackResource(),
    );
  });
  const kept = inForceOutputs.filter((name) => name in outputs);
  return {
    ...outputs,
    ...Object.fromEntries(
      kept.map((name) => [
        name,
        pulumi.all([whole, outputs[name]]).apply(([isWhole, value]) => (isWhole ? value : before.inForce[name])),
      ]),
    ),
  };
}
