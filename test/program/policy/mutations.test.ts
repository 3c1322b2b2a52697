import assert from "node:assert/strict";
import { policies } from "@metrics-link/policy";
import type { Role } from "../stacks/stacks.ts";
import { buckets } from "./mutations/buckets.ts";
import { clientIdentity } from "./mutations/client-identity.ts";
import { dns } from "./mutations/dns.ts";
import { egress } from "./mutations/egress.ts";
import { gate } from "./mutations/gate.ts";
import { hostRights } from "./mutations/host-rights.ts";
import { hosts } from "./mutations/hosts.ts";
import { ingress } from "./mutations/ingress.ts";
import { pki } from "./mutations/pki.ts";
import { properties } from "./mutations/properties.ts";
import { releases } from "./mutations/releases.ts";
import { rights } from "./mutations/rights.ts";
import { routes } from "./mutations/routes.ts";
import { serverIdentity } from "./mutations/server-identity.ts";
import { units } from "./mutations/units.ts";
import { writeRights } from "./mutations/write-rights.ts";
import { type Deployed, deployBoth } from "./support/deployed.ts";
import { Mutant } from "./support/mutate.ts";
import { verdicts } from "./support/verdicts.ts";

const mutations = [
  ...ingress,
  ...egress,
  ...dns,
  ...hosts,
  ...clientIdentity,
  ...serverIdentity,
  ...routes,
  ...gate,
  ...releases,
  ...pki,
  ...rights,
  ...buckets,
  ...writeRights,
  ...hostRights,
  ...properties,
  ...units,
];

/** These two stacks have hosts; what may be in an exchange stack has a test of its own (test/unit/policy). */
const ofExchanges = ["exchange-has-addresses-alone"];

/** These report most changes, but only as unknown: the policy with the reason must report the change, too. */
const closedSets = ["prometheus-is-known", "properties-are-known", "units-are-known"];

describe("the policies, applied to the stacks", function () {
  // Some 300 mutations, each judged by every policy.
  this.timeout(240_000);
  let both: Record<Role, Deployed>;
  before(async () => {
    both = await deployBoth();
  });

  it("report nothing for the unchanged stacks", () => {
    for (const [role, deployed] of Object.entries(both)) assert.deepEqual(verdicts(deployed), [], role);
  });

  it(`report each of ${mutations.length} mutations by the expected policy`, () => {
    const wrong = mutations.flatMap(([role, what, expected, change]) => {
      const mutant = new Mutant(both[role]);
      change(mutant);
      const found = verdicts(mutant.deployed).filter(({ kind }) => kind === "violation");
      const names = [...new Set(found.map(({ policy }) => policy))]
        .filter((name) => expected.includes(name) || !closedSets.includes(name))
        .toSorted();
      return names.join() === [...expected].toSorted().join()
        ? []
        : [{ role, what, expected, found: found.map(({ policy, message }) => `${policy}: ${message}`) }];
    });
    assert.deepEqual(wrong, []);
  });

  it("are each needed for at least one mutation", () => {
    const needed = new Set([...mutations.flatMap(([, , expected]) => expected), ...ofExchanges]);
    assert.deepEqual(
      policies.map(({ name }) => name).filter((name) => !needed.has(name)),
      [],
    );
  });
});
