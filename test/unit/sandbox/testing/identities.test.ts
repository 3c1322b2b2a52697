import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesOf } from "@metrics-link/contract";
import { expired } from "@metrics-link/sandbox/testing/identities.ts";
import { openssl, selfSigned } from "../../../support/openssl.ts";

describe("an expired leaf", () => {
  it("differs from a valid one only in its validity", async () => {
    const authority = selfSigned("authority");
    const folder = mkdtempSync(join(tmpdir(), "identities-"));
    const file = (name: string) => join(folder, name);
    try {
      writeFileSync(file("ca.pem"), authority.pem);
      writeFileSync(file("ca.key"), authority.key);
      writeFileSync(file("extensions"), "subjectAltName=DNS:sender.example\nextendedKeyUsage=clientAuth\n");
      const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("leaf.key")];
      openssl("req", "-new", ...key, "-subj", "/CN=sender", "-out", file("leaf.csr"));
      const by = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "1"];
      openssl("x509", "-req", "-in", file("leaf.csr"), "-extfile", file("extensions"), "-out", file("leaf.pem"), ...by);
      const leaf = { chain: readFileSync(file("leaf.pem"), "utf8"), key: readFileSync(file("leaf.key"), "utf8") };
      const chain = await expired({ leaf, intermediate: { chain: authority.pem, key: authority.key } });

      const [made = "", above] = certificatesOf(chain);
      const [before, after] = [new X509Certificate(leaf.chain), new X509Certificate(made)];
      assert.ok(after.validToDate.getTime() < Date.now() && after.validFromDate < after.validToDate);
      assert.ok(after.verify(new X509Certificate(authority.pem).publicKey), "the authority has signed it");
      for (const same of ["subject", "issuer", "subjectAltName", "keyUsage"] as const) {
        assert.deepEqual(after[same], before[same]);
      }
      assert.deepEqual(after.publicKey.export({ format: "jwk" }), before.publicKey.export({ format: "jwk" }));
      assert.equal(above?.trim(), authority.pem.trim());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
