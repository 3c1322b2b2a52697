import assert from "node:assert/strict";
import { keysOf, rangeOf, typeOf } from "../../../scripts/generate/configuration.ts";

describe("docs/configuration.md", () => {
  it("has a purpose, a range and an example for every key", () => {
    for (const key of [...keysOf("sender"), ...keysOf("receiver"), ...keysOf("exchange")]) {
      assert.match(key.description ?? "", /^(`true` )?[A-Za-z].*\.$/s, key.path);
      assert.ok(key.example !== undefined, key.path);
      assert.ok(typeOf(key) === "boolean" || rangeOf(key) !== "", key.path);
    }
  });
});
