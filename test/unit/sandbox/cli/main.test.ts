import assert from "node:assert/strict";
import { main } from "@metrics-link/sandbox/cli/main.ts";
import { printed } from "../../scripts/support.ts";

describe("the commands of the sandbox", () => {
  for (const name of ["nope", "toString", "constructor", "__proto__", "hasOwnProperty"]) {
    it(`do not include ${name}`, async () => {
      const { code, err } = await printed(() => main("/nowhere", [name]));
      assert.equal(code, 2);
      assert.match(err, new RegExp(`^unknown command ${name}\\nUsage: `));
    });
  }

  for (const words of [
    ["up", "extra"],
    ["down", "sender"],
    ["status", "--jsn"],
    ["status", "--json", "extra"],
    ["env", "extra"],
    ["shell", "receiver", "extra"],
    ["logs", "receiver", "metrics-link-envoy", "extra"],
  ]) {
    it(`refuse ${words.join(" ")} before they act`, async () => {
      const { code, err } = await printed(() => main("/nowhere", words));
      assert.equal(code, 2);
      assert.match(err, /^(extra|sender|--jsn) is not expected\nUsage: /);
    });
  }
});
