/** Names as organizations have them, through every check from the request to the host: compared as parsed, shown whole. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { commonNames, isNamed, issuerText, type PkiOutput, printable, subjectText } from "@metrics-link/contract";
import { requireChain } from "@metrics-link/host/agent/certificates.ts";
import { offlineAuthority } from "@metrics-link/pki";
import { readAuthority, signedProblems } from "@metrics-link/pki/ceremony/certificate.ts";
import { readRequest, requestProblems } from "@metrics-link/pki/ceremony/request.ts";
import fc from "fast-check";
import { openssl } from "../../support/openssl.ts";
import { authority, request, subject } from "./support.ts";

const names = [
  "Acme, Inc.",
  "A+B",
  " Leading and trailing ",
  "#1 Metrics",
  "Müller & Söhne",
  "株式会社メトリクス",
  "मेट्रिक्स",
  'The "Best", CN=other',
  "a=b; <c> \\d/e",
  "x".repeat(40),
];

/** What the ceremony leaves for an organization, and the state of its stack. */
function ceremony(organization: string) {
  const root = authority({ organization, commonName: commonNames.root(organization, 1) });
  const intermediate = authority({
    organization,
    commonName: commonNames.intermediate(organization, 1),
    issuer: root,
    days: 30,
  });
  const inForce: PkiOutput = {
    stack: "organization/metrics-link/sender",
    root: "offline",
    generations: { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 },
    roots: {},
    intermediates: { "1": { request: "", publicKey: intermediate.publicKey } },
  };
  const read = (expected: string) =>
    offlineAuthority({
      pki: {
        organization: expected,
        dnsName: "metrics-sender.account-a.internal",
        root: "offline",
        artefacts: "pki/account-a",
        lifetimes: { rootYears: 10, intermediateYears: 5, leafDays: 30 },
        generations: { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 },
      },
      folder: "pki/account-a",
      files: { "root-g1.pem": root.pem, "intermediate-g1.pem": intermediate.pem },
      inForce,
      now: Date.now() + 60_000,
    });
  return { root, intermediate, read };
}

describe("names of organizations", () => {
  for (const organization of names) {
    it(`"${organization}" is taken by ceremony, update and host, and shown whole`, async () => {
      const asked = request(subject(organization, commonNames.intermediate(organization, 1)));
      assert.deepEqual(requestProblems(await readRequest(asked), { organization, generation: 1, otherKeys: [] }), []);

      const { root, intermediate, read } = ceremony(organization);
      assert.equal(readAuthority(root.pem).commonName, commonNames.root(organization, 1));
      assert.deepEqual(
        signedProblems(
          readAuthority(intermediate.pem),
          readAuthority(root.pem),
          readAuthority(intermediate.pem).publicKey,
        ),
        [],
      );
      assert.equal(read(organization).intermediatePem, intermediate.pem);
      requireChain(intermediate.pem, root.pem, Date.now() + 60_000);

      const certificate = new X509Certificate(intermediate.pem);
      const shown = (name: string) => printable(`O=${organization}, CN=${name}`);
      assert.equal(subjectText(certificate), shown(commonNames.intermediate(organization, 1)));
      assert.equal(issuerText(certificate), shown(commonNames.root(organization, 1)));
    });
  }

  it("are refused, shown as they are, when they differ in a character or in an attribute", () => {
    const { read, root } = ceremony("Acme, Inc.");
    for (const other of ["Acme\\, Inc.", "Acme, Inc", "acme, inc.", "Acme,  Inc."]) {
      assert.throws(() => read(other), {
        code: "CEREMONY_INVALID",
        message: /root-g1\.pem is "O=Acme, Inc\., CN=Acme, Inc\. Root CA G1": the organization [Aa]cme/,
      });
    }
    const certificate = new X509Certificate(root.pem);
    assert.ok(isNamed(certificate, "Acme, Inc.", "Acme, Inc. Root CA G1"));
    assert.ok(!isNamed(certificate, "Acme", "Acme, Inc. Root CA G1"));
  });

  it("are refused with an attribute that stands there twice, or besides", () => {
    const named = (subj: string) => {
      const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
      return new X509Certificate(openssl(...words, "-keyout", "/dev/null", "-subj", subj));
    };
    assert.ok(isNamed(named("/O=A/CN=A Root"), "A", "A Root"));
    for (const other of [
      "/O=A/O=A/CN=A Root",
      "/O=A/CN=A Root/CN=A Root",
      "/O=A/OU=B/CN=A Root",
      "/CN=A Root",
      "/O=A",
    ]) {
      assert.ok(!isNamed(named(other), "A", "A Root"), other);
    }
  });

  it("are told apart, whatever they are", function () {
    this.timeout(60_000);
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((one) => /^[^\p{C}]+$/u.test(one));
    fc.assert(
      fc.property(name, name, (one, other) => {
        const { pem } = authority({ organization: one, commonName: commonNames.root(one, 1) });
        const certificate = new X509Certificate(pem);
        assert.ok(isNamed(certificate, one, commonNames.root(one, 1)));
        assert.equal(isNamed(certificate, other, commonNames.root(other, 1)), one === other);
      }),
      { numRuns: 25 },
    );
  });
});
