import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesOf } from "@metrics-link/contract";
import { Authority } from "../../envoy/support/authority.ts";

/** A root, an intermediate and a leaf of one PKI, each in PEM. */
export function authorityTree(): { readonly root: string; readonly intermediate: string; readonly leaf: string } {
  const directory = mkdtempSync(join(tmpdir(), "tree-"));
  try {
    const authority = new Authority(directory, "a");
    const { certificateChain } = authority.issue({ dnsName: "a.internal", usage: "clientAuth" });
    const [leaf = "", intermediate = ""] = certificatesOf(certificateChain);
    return { root: authority.root, intermediate, leaf };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
