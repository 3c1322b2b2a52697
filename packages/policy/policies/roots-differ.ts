import { fingerprintsOf, unlessOtherText } from "@metrics-link/contract";
import { releaseRule } from "../model/release.ts";

const ownRoot = "tls/own-root.pem";

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
    const files = release.release.files.filter(({ path }) => path === ownRoot || path.startsWith("tls/roots/"));
    const read = files.map(({ path, content }) =>
      unlessOtherText<{ path: string; roots: readonly string[]; wrong?: string }>(
        () => ({ path, roots: fingerprintsOf(content) }),
        (wrong) => ({ path, roots: [], wrong }),
      ),
    );
    const own = read.find(({ path }) => path === ownRoot)?.roots ?? [];
    for (const { path, roots, wrong } of read) {
      if (wrong !== undefined) yield `${path} is not certificates alone: ${wrong}`;
      if (path === ownRoot) continue;
      for (const shared of roots.filter((one) => own.includes(one)))
        yield `${path} holds this side's own root ${shared}`;
    }
  },
);
