import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  leafSerial,
  normaliseSerial,
  requireChain,
  requireKeyPair,
  requireTrustBundle,
} from "@metrics-link/host/agent/certificates.ts";
import { describe, it } from "mocha";
import { openssl, selfSigned } from "../../../support/openssl.ts";

const day = 24 * 60 * 60 * 1000;

describe("agent: certificates", () => {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  const at = (name: string) => join(folder, name);
  const text = (name: string) => readFileSync(at(name), "utf8");
  const key = (name: string) =>
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", at(`${name}.key`));
  const issue = (name: string, issuer: string, serial: string, extensions: string) => {
    key(name);
    writeFileSync(at("extensions"), extensions);
    openssl("req", "-new", "-key", at(`${name}.key`), "-subj", `/CN=${name}`, "-out", at(`${name}.csr`));
    const from = ["-CA", at(`${issuer}.pem`), "-CAkey", at(`${issuer}.key`), "-set_serial", serial, "-days", "2"];
    openssl("x509", "-req", "-in", at(`${name}.csr`), ...from, "-extfile", at("extensions"), "-out", at(`${name}.pem`));
  };

  before(() => {
    for (const root of ["root", "stranger"]) {
      key(root);
      openssl(
        "req",
        "-x509",
        "-new",
        "-key",
        at(`${root}.key`),
        "-subj",
        "/CN=root",
        "-days",
        "2",
        "-out",
        at(`${root}.pem`),
      );
    }
    issue("intermediate", "root", "0x01", "basicConstraints=critical,CA:TRUE");
    issue("leaf", "intermediate", "0x0abc", "basicConstraints=CA:FALSE");
  });
  after(() => rmSync(folder, { recursive: true }));

  const chain = () => text("leaf.pem") + text("intermediate.pem");

  it("only the right key matches a certificate", () => {
    requireKeyPair(chain(), text("leaf.key"));
    assert.throws(() => requireKeyPair(chain(), text("root.key")), {
      code: "RELEASE_CHECK_FAILED",
      message: /does not match the certificate/,
    });
  });

  it("a chain leads to its root", () => {
    requireChain(chain(), text("root.pem"), Date.now());
    requireChain(chain(), text("stranger.pem") + text("root.pem"), Date.now());
  });

  it("another root of the same name does not count", () => {
    assert.throws(() => requireChain(chain(), text("stranger.pem"), Date.now()), {
      code: "RELEASE_CHECK_FAILED",
      message: /certificate 2 \(CN=intermediate\) is signed by none/,
    });
  });

  it("a chain without its intermediate, or an empty one, is refused", () => {
    assert.throws(() => requireChain(text("leaf.pem"), text("root.pem"), Date.now()), {
      code: "RELEASE_CHECK_FAILED",
      message: /certificate 1 \(CN=leaf\)/,
    });
    assert.throws(() => requireChain("", text("root.pem"), Date.now()), {
      code: "RELEASE_CHECK_FAILED",
      message: /the chain contains no certificate/,
    });
  });

  it("an expired or future certificate is refused with its validity", () => {
    for (const now of [Date.now() + 3 * day, Date.now() - day]) {
      assert.throws(() => requireChain(chain(), text("root.pem"), now), {
        code: "RELEASE_CHECK_FAILED",
        message: /CN=leaf is valid from \d{4}-.* to \d{4}-.*, now is \d{4}-/,
      });
    }
  });

  it("serial numbers are compared as numbers", () => {
    assert.equal(leafSerial(chain()), "abc");
    assert.deepEqual(["00AB", "ab", "0"].map(normaliseSerial), ["ab", "ab", "0"]);
  });

  describe("a trust bundle", () => {
    const one = selfSigned("one");
    const two = selfSigned("two");

    it("contains exactly the pinned roots, in any order", () => {
      requireTrustBundle(one.pem, [one.fingerprint]);
      requireTrustBundle(`${two.pem}\n${one.pem}`, [one.fingerprint, two.fingerprint]);
    });

    for (const { what, bundle, pinned, reason } of [
      { what: "another root", bundle: two.pem, pinned: [one], reason: /the bundle lacks / },
      { what: "one more root", bundle: one.pem + two.pem, pinned: [one], reason: /the bundle also contains / },
      { what: "a root less", bundle: one.pem, pinned: [one, two], reason: /the bundle lacks / },
      { what: "a root twice", bundle: one.pem + one.pem, pinned: [one], reason: /a certificate twice/ },
      { what: "a private key", bundle: one.pem + one.key, pinned: [one], reason: /contains a private key/ },
      { what: "a note", bundle: `a note\n${one.pem}`, pinned: [one], reason: /not a whole CERTIFICATE block/ },
      {
        what: "a root that BoringSSL alone reads",
        bundle: one.pem + two.pem.replaceAll(" CERTIFICATE", " X509 CERTIFICATE"),
        pinned: [one],
        reason: /not a whole CERTIFICATE block/,
      },
      { what: "nothing", bundle: "", pinned: [one], reason: /the bundle lacks / },
    ]) {
      it(`is refused with ${what}`, () => {
        assert.throws(
          () =>
            requireTrustBundle(
              bundle,
              pinned.map(({ fingerprint }) => fingerprint),
            ),
          { code: /whole/.test(reason.source) ? "CERTIFICATES_INVALID" : "RELEASE_CHECK_FAILED", message: reason },
        );
      });
    }

    it("is refused with a CA that is not self-signed, pinned or not", () => {
      const { fingerprint256 } = new X509Certificate(text("leaf.pem"));
      assert.throws(() => requireTrustBundle(text("leaf.pem"), [fingerprint256]), {
        code: "RELEASE_CHECK_FAILED",
        message: /is not a root/,
      });
    });
  });
});
