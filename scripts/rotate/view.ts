import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  addressesIn,
  artifactNames,
  baseName,
  contractOutput,
  fingerprintOf,
  fingerprintsOf,
  LinkError,
  leafNames,
  type OwnIdentity,
  pkiOutput,
  printable,
  readContract,
  readPkiOutput,
  trustInUs,
  unlessOtherText,
} from "@metrics-link/contract";
import type { PeerView, View } from "@metrics-link/pki/rotation/index.ts";
import { z } from "zod";
import { type PeerSource, peersOf } from "../stack/configured-peers.ts";
import { artifactFolder, type StackContext } from "../stack/context.ts";
import { peerOutputs } from "../stack/peers.ts";

/**
 * Reads the state of a rotation from the stack's configuration and outputs, its peers' outputs and the folder of
 * artifacts. It keeps no file of its own.
 * @throws LinkError STACK_NOT_DEPLOYED when the stack has not been updated yet
 */
export async function readView(context: StackContext): Promise<View> {
  const configuration = context.file.read();
  const { generations, root, dnsName } = configuration.pki;
  const own = await context.pulumi.outputs(context.stack);
  const inForce = readPkiOutput(own[pkiOutput]);
  const contract = readContract(context.stack, own[contractOutput]);
  if (inForce?.leaf === undefined || contract === undefined) {
    throw new LinkError("STACK_NOT_DEPLOYED", {
      what: `${context.stack} has no certificate yet, so there is nothing to rotate`,
      next: "run `pulumi up` first",
    });
  }
  const identity: OwnIdentity = {
    stack: inForce.stack,
    root: inForce.roots[inForce.generations.root],
    leafNames: leafNames(baseName(contract.dnsName, inForce.generations.identity), inForce.generations.identity),
  };
  const peers = await Promise.all(
    peersOf(configuration).map(async ({ pins, suspended, ...source }): Promise<PeerView> => {
      const { stack } = source;
      const { theirs, unreadable } = await contractOf(context, source);
      const trusted = contract.trusts.find((entry) => entry.stack === stack);
      return {
        stack,
        pins,
        suspended,
        unreadable,
        offers: theirs && {
          rootFingerprints: fingerprintsOf(theirs.rootBundle),
          dnsName: theirs.dnsName,
          addresses: addressesIn(theirs),
        },
        trustsUs: theirs && trustInUs(theirs.trusts, identity)[0],
        trusted: trusted && { ...trusted, addresses: addressesInForce(own.peers, stack) },
      };
    }),
  );
  const artifacts = root === "offline" ? artifactsOf(artifactFolder(context)) : { roots: {}, intermediates: [] };
  return { stack: inForce.stack, root, dnsName, generations, inForce, artifacts, peers };
}

const peersOutput = z.array(z.object({ stack: z.string(), addresses: z.array(z.string()) }));

/** The addresses of a peer that this side's security groups allow, by the stack's output `peers`. */
function addressesInForce(output: unknown, stack: string): readonly string[] {
  const { data = [] } = peersOutput.safeParse(output);
  return data.find((peer) => peer.stack === stack)?.addresses ?? [];
}

/** An unreadable peer must not prevent the renewal of a leaf. */
async function contractOf(context: StackContext, peer: PeerSource) {
  try {
    const outputs = await peerOutputs(context, peer);
    return { theirs: readContract(peer.stack, outputs[contractOutput]), unreadable: undefined };
  } catch (error) {
    return { theirs: undefined, unreadable: printable((error as Error).message) };
  }
}

function artifactsOf(folder: string): View["artifacts"] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const generations = (pattern: RegExp) =>
    names.flatMap((name) => {
      const found = pattern.exec(name)?.[1];
      return found === undefined ? [] : [Number(found)];
    });
  const roots = generations(/^root-g(\d+)\.pem$/).map((generation) => {
    const pem = readFileSync(join(folder, artifactNames.root(generation)), "utf8");
    const fingerprint = unlessOtherText(
      () => fingerprintOf(pem),
      (why) => {
        throw new LinkError("CERTIFICATES_INVALID", {
          what: `${join(folder, artifactNames.root(generation))}: ${why}`,
        });
      },
    );
    return [generation, fingerprint] as const;
  });
  return { roots: Object.fromEntries(roots), intermediates: generations(/^intermediate-g(\d+)\.pem$/) };
}
