import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { packedRelease, releaseTextIn, unpackedRelease } from "@metrics-link/release";
import fc from "fast-check";

describe("a compressed release", () => {
  it("has the same text again, as bytes of a bucket and as a property of its object", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const contentBase64 = packedRelease(text);
        assert.equal(unpackedRelease(Buffer.from(contentBase64, "base64")).toString(), text);
        assert.equal(releaseTextIn({ contentBase64 }), text);
        assert.equal(packedRelease(text), contentBase64);
      }),
    );
  });

  it("is read beside one that is not", () => {
    assert.equal(unpackedRelease(Buffer.from('{"files":[]}')).toString(), '{"files":[]}');
    assert.equal(releaseTextIn({ content: "{}" }), "{}");
    assert.equal(releaseTextIn({ content: "{}", contentBase64: packedRelease("{}") }), "");
    assert.equal(releaseTextIn({}), "");
  });

  it("is refused when it would fill the memory", () => {
    const bomb = gzipSync(Buffer.alloc(129 * 1024 * 1024));
    assert.throws(() => unpackedRelease(bomb), { code: "ERR_BUFFER_TOO_LARGE" });
  });
});
