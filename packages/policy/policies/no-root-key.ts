import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const noRootKey: ResourceRule = {
  kind: "resource",
  name: "no-root-key",
  fence: "pki",
  rule: "No root is made, and no intermediate signed, in the everyday state, unless the stack is declared a trial.",
  reason: "Whoever reads the state could issue any certificate that the peer believes.",
  remedy: "Set pki.root to offline and hold a ceremony; pki.root: trial is for a first try.",
  source: "docs/decisions/0300; NIST SP 800-57 part 1, section 8.1.5.1.1.1; CA/Browser Forum, Network Security 1 (c)",
  types: [types.selfSignedCert, types.locallySignedCert],
  *check({ type, props }, { configuration: { pki } }) {
    if (pki.root === "trial") return;
    if (type === types.selfSignedCert) yield "a root would be made with its key in this state";
    else if (props.isCaCertificate === true)
      yield "an intermediate would be signed here, so its root's key is in this state";
  },
};
