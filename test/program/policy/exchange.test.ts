import assert from "node:assert/strict";
import { types } from "@metrics-link/policy/model/resources.ts";
import { deployBoth } from "./support/deployed.ts";
import { verdicts } from "./support/verdicts.ts";

describe("stacks whose addresses are in an exchange stack", function () {
  this.timeout(180_000);

  for (const role of ["sender", "receiver"] as const) {
    it(`pass every policy that a ${role} with its own addresses passes, and have none`, async () => {
      const [own, withExchange] = [await deployBoth(), await deployBoth({ hasExchange: true })];
      const said = (deployed: typeof own) =>
        verdicts(deployed[role])
          .map(({ policy, kind, message }) => `${policy}: ${kind}: ${message}`)
          .toSorted();
      assert.deepEqual(said(withExchange), said(own));
      assert.equal(withExchange[role].outputs.filter(({ type }) => type === types.address).length, 0);
    });
  }
});
