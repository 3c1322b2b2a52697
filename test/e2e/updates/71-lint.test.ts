import assert from "node:assert/strict";
import { certificatesOf } from "@metrics-link/contract";
import { roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { selfSigned } from "../../support/openssl.ts";
import { objections } from "../../support/pkilint.ts";
import { on } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("a certificate linter", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("rejects an authority without key usage", () => {
    assert.match(objections("lint_pkix_cert", selfSigned("somebody").pem), /ca_certificate_no_ku_extension/);
  });

  for (const role of roles) {
    it(`accepts leaf, intermediate and root of the ${role}, and their chain`, async () => {
      const files = ["certificate-chain.pem", "own-root.pem"].map((name) => `/opt/metrics-link/current/tls/${name}`);
      const [leaf = "", intermediate = "", root = ""] = certificatesOf(await on(role, "cat", ...files));
      for (const one of [leaf, intermediate, root]) assert.equal(objections("lint_pkix_cert", one), "");
      for (const [issuer, subject] of [
        [root, intermediate],
        [intermediate, leaf],
      ] as const) {
        assert.equal(objections("lint_pkix_signer_signee_cert_chain", issuer, subject), "");
      }
    });
  }
});
