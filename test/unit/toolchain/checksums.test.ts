import assert from "node:assert/strict";
import { findChecksum } from "../../../scripts/toolchain/checksums.mjs";

const one = "1".repeat(64);
const two = "2".repeat(64);

describe("checksum files of upstreams", () => {
  const files = {
    "SHASUMS256.txt of Node": `${two}  node-v24.21.0-linux-arm64.tar.gz\n${one}  node-v24.21.0-linux-x64.tar.gz\n`,
    "sha256sums.txt, binary mode": `${two} *other.tar.gz\n${one} *node-v24.21.0-linux-x64.tar.gz\n`,
    "names with folders": `${one}  ./release/node-v24.21.0-linux-x64.tar.gz\r\n`,
    BSD: `SHA256 (node-v24.21.0-linux-x64.tar.gz) = ${one.toUpperCase()}\n`,
    "clear-signed": `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${one}  node-v24.21.0-linux-x64.tar.gz\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n`,
    "beside SHA-512": `${"5".repeat(128)}  node-v24.21.0-linux-x64.tar.gz\n${one}  node-v24.21.0-linux-x64.tar.gz\n`,
  };
  for (const [format, text] of Object.entries(files)) {
    it(`reads ${format}`, () => assert.equal(findChecksum(text, "node-v24.21.0-linux-x64.tar.gz"), one));
  }

  it("does not confuse a longer name with the requested one", () => {
    assert.throws(
      () => findChecksum(`${one}  prometheus.tar.gz.sig\n${two}  my-prometheus.tar.gz\n`, "prometheus.tar.gz"),
      {
        message: "no SHA-256 of prometheus.tar.gz in it",
      },
    );
  });

  it("refuses to choose between two hashes of one file", () => {
    assert.throws(() => findChecksum(`${one}  a/envoy\n${two}  b/envoy\n`, "envoy"), /two hashes of envoy/);
  });

  it("finds nothing in a page that is not a checksum file", () => {
    assert.throws(() => findChecksum("<html>404 not found</html>", "envoy"), /no SHA-256 of envoy/);
  });
});
