import { LinkError } from "@metrics-link/contract";
import { RootAuthority, signedIntermediate } from "@metrics-link/pki";
import { parseRootConfiguration } from "@metrics-link/pki/ceremony/index.ts";
import * as pulumi from "@pulumi/pulumi";

/**
 * The program of an account's offline roots. Its state is on a removable medium, which only certificates leave.
 * `npm run ceremony` writes its configuration, checks requests before signing, and runs it.
 * @public Pulumi loads it
 */
export default function program() {
  const { organization, roots, signed } = parseRootConfiguration(pulumi.runtime.allConfig());
  const authorities = new Map(
    roots.map(({ generation, years }) => [
      generation,
      new RootAuthority(`root-g${generation}`, { organization, generation, validityYears: years }),
    ]),
  );
  const intermediates = signed.map(({ generation, root, years, request }) => {
    const issuer = authorities.get(root);
    if (issuer === undefined) throw new LinkError("CEREMONY_INVALID", { what: `root G${root} is not on this medium` });
    const certificate = signedIntermediate(
      `intermediate-g${generation}`,
      { requestPem: request, validityYears: years, issuer },
      {},
    );
    return [generation, certificate.certPem] as const;
  });
  return {
    roots: Object.fromEntries([...authorities].map(([generation, root]) => [generation, root.certificatePem])),
    intermediates: Object.fromEntries(intermediates),
  };
}
