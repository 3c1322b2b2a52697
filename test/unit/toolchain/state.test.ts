import assert from "node:assert/strict";
import type { Pins } from "../../../scripts/toolchain/pins.mjs";
import { officialNotHad, type Toolchain } from "../../../scripts/toolchain/state.mjs";

const hash = "ab".repeat(32);

describe("official downloads that could not be had", () => {
  const pin = (officialSha256: string | null) => ({ officialUrl: "https://example.org/tool", officialSha256 });
  const names = ["official", "path", "registry", "missing"];
  const pinsOf = (sha256: string | null) =>
    ({
      tools: Object.fromEntries(names.map((name) => [name, pin(sha256)])),
      pulumiPlugins: { "stand-in": pin(sha256) },
    }) as unknown as Pins;
  const toolchain = {
    tools: Object.fromEntries(["official", "path", "registry"].map((source) => [source, { source }])),
    plugins: { "stand-in": { source: "stand-in" }, "language-nodejs": { source: "stand-in" } },
  } as unknown as Toolchain;

  it("are those that came from another source, and those that did not come", () => {
    assert.deepEqual(officialNotHad(toolchain, pinsOf(hash)), ["registry", "missing", "stand-in"]);
  });

  it("are not those that nobody asks for, because their hashes are not known", () => {
    assert.deepEqual(officialNotHad(toolchain, pinsOf(null)), []);
  });
});
