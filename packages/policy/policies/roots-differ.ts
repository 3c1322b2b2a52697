import { fingerprintsOf } from "@metrics-link/contract";
import { releaseRule } from "../model/release.ts";

export const rootsDiffer = releaseRule(
  {
    name: "roots-differ",
    fence: "pki",
    rule: "The two sides of a link have no root in common.",
    reason:
      "With a shared root each account could issue the other's certificates, and one leak would open both fences.",
    remedy: "Hold a ceremony of its own for each account, and pin the peer's fingerprint, never the own.",
    source: "docs/pki.md; NIST SP 800-57 part 1, section 5.2: one key, one purpose",
  },
  function* (release) {
    const own = fingerprintsOf(release.file("tls/own-root.pem") ?? "");
    for (const { path, content } of release.release.files.filter((file) => file.path.startsWith("tls/roots/"))) {
      for (const shared of fingerprintsOf(content).filter((one) => own.includes(one))) {
        yield `${path} holds this side's own root ${shared}`;
      }
    }
  },
);
