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
});
