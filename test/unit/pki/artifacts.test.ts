import assert from "node:assert/strict";
import { hasCode, InvalidInputError, type PkiOutput } from "@metrics-link/contract";
import { offlineAuthority } from "@metrics-link/pki";
import { authority, pki } from "./support.ts";

const now = Date.now() + 60_000;
const years = (count: number) => now + count * 366 * 86_400_000;

describe("the artifacts of a ceremony", () => {
  const root = authority({ commonName: "Account A Metrics Root CA G1" });
  const second = authority({ commonName: "Account A Metrics Root CA G2" });
  const intermediate = authority({ commonName: "Account A Metrics Intermediate CA G1", issuer: root });
  const files = { "root-g1.pem": root.pem, "root-g2.pem": second.pem, "intermediate-g1.pem": intermediate.pem };
  const inForce: PkiOutput = {
    stack: "organization/metrics-link/sender",
    root: "offline",
    generations: pki.generations,
    roots: {},
    intermediates: { "1": { request: "", publicKey: intermediate.publicKey } },
    leaf: { generation: 1, renewal: 0, notBefore: "", notAfter: "", fingerprint: "" },
  };
  const read = (change: Partial<Parameters<typeof offlineAuthority>[0]>) =>
    offlineAuthority({ pki, folder: "pki/account-a", files, inForce, now, ...change });
  const refused = (change: Parameters<typeof read>[0], pattern: RegExp) =>
    assert.throws(
      () => read(change),
      (error: Error) =>
        error instanceof InvalidInputError &&
        hasCode(error, "CEREMONY_INVALID") &&
        /nothing was changed/.test(error.message) &&
        pattern.test(error.message),
    );

  it("are accepted if complete, of this account and signed by the signing root", () => {
    assert.equal(read({}).intermediatePem, intermediate.pem);
    const both = { ...pki, generations: { ...pki.generations, otherRoots: [2] } };
    assert.deepEqual(
      read({ pki: both }).roots.map(({ generation }) => generation),
      [1, 2],
    );
  });

  it("may be missing before the first leaf but never after, so a lost folder destroys nothing", () => {
    const { leaf: _, ...waiting } = inForce;
    assert.equal(read({ files: {}, inForce: undefined }).intermediatePem, undefined);
    assert.equal(read({ files: {}, inForce: waiting }).intermediatePem, undefined);
    refused({ files: {} }, /intermediate-g1\.pem is missing: .*ceremony -- request[\s\S]*root-g1\.pem is missing/);
  });

  it("are refused if they belong to another account, root or key", () => {
    const foreign = authority({ commonName: "Account B Metrics Root CA G1", organization: "Account B Metrics" });
    refused({ files: { ...files, "root-g1.pem": foreign.pem } }, /the common name Account A Metrics Root CA G1/);
    refused({ files: { ...files, "root-g1.pem": second.pem } }, /an authority signed by root G1/);
    const other = authority({ commonName: "Account A Metrics Intermediate CA G1", issuer: root });
    refused(
      { files: { ...files, "intermediate-g1.pem": other.pem } },
      /a certificate for the key in this stack's state/,
    );
    refused({ inForce: { ...inForce, intermediates: {} } }, /an intermediate whose key is in this stack/);
  });

  it("are refused if a file has anything besides one certificate, which a pull request may have added", () => {
    const hidden = second.pem.replaceAll("CERTIFICATE", "X509 CERTIFICATE");
    for (const name of ["root-g1.pem", "intermediate-g1.pem"] as const) {
      for (const text of [files[name] + hidden, files[name] + second.pem, `a comment\n${files[name]}`, ""]) {
        refused(
          { files: { ...files, [name]: text } },
          new RegExp(`${name} .*exactly one PEM certificate and no other text`),
        );
      }
    }
  });

  it("are passed on re-encoded, not as the text of the file", () => {
    const crlf = Object.fromEntries(Object.entries(files).map(([name, pem]) => [name, pem.replaceAll("\n", "\r\n")]));
    const { roots, intermediatePem } = read({ files: crlf });
    assert.deepEqual([roots[0]?.pem, intermediatePem], [root.pem, intermediate.pem]);
  });

  it("are refused, with both times, if root or intermediate has expired or is not valid yet", () => {
    for (const at of [years(11), years(-1)]) {
      const wrong = new RegExp(`root-g1\\.pem is "valid from .* to .*": .* valid now, ${new Date(at).toISOString()}`);
      refused({ now: at }, wrong);
    }
  });

  it("are refused if a certificate is not an authority, or a file is not a certificate", () => {
    const leaf = authority({ commonName: "Account A Metrics Intermediate CA G1", issuer: root, isAuthority: false });
    refused({ files: { ...files, "intermediate-g1.pem": leaf.pem } }, /an authority signed by root G1/);
    refused({ files: { ...files, "root-g1.pem": intermediate.pem } }, /a root: a self-signed authority/);
    refused({ files: { ...files, "root-g1.pem": "nothing" } }, /one PEM certificate/);
  });
});
