import assert from "node:assert/strict";
import type { Pins } from "../../../scripts/toolchain/pins.mjs";
import { officialNotHad, type Toolchain } from "../../../scripts/toolchain/state.mjs";

const hash = "ab".repeat(32);

describe("unavailable official downloads", () => {
  const pin = (officialSha256: string | null) => ({ officialUrl: "https://example.org/tool", officialSha256 });
  const names = ["official", "path", "registry", "missing"];
  const pinsOf = (sha256: string | null) =>
    ({
      tools: Object.fromEntries(names.map((name) => [name, pin(sha256)])),
    }) as unknown as Pins;
  const toolchain = {
    tools: Object.fromEntries(["official", "path", "registry"].map((source) => [source, { source }])),
  } as unknown as Toolchain;

  it("are those that came from another source, or from none", () => {
    assert.deepEqual(officialNotHad(toolchain, pinsOf(hash)), ["registry", "missing"]);
  });

  it("do not include those that are not requested because their hashes are unknown", () => {
    assert.deepEqual(officialNotHad(toolchain, pinsOf(null)), []);
  });
});
