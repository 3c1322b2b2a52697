import assert from "node:assert/strict";
import { type Asked, type ProgramChange, programChanges } from "@metrics-link/review";
import { envoy } from "./malicious/envoy.ts";
import { envoyRoutes } from "./malicious/envoy-routes.ts";
import { gate } from "./malicious/gate.ts";
import { iam } from "./malicious/iam.ts";
import { network } from "./malicious/network.ts";
import { pki } from "./malicious/pki.ts";
import { prometheus } from "./malicious/prometheus.ts";
import { pulumiOptions } from "./malicious/pulumi-options.ts";
import { releases } from "./malicious/releases.ts";
import type { Malicious } from "./malicious/table.ts";
import { units } from "./malicious/units.ts";
import { type Deployed, deployBoth } from "./policy/support/deployed.ts";
import { Mutant } from "./policy/support/mutate.ts";
import { verdicts } from "./policy/support/verdicts.ts";
import type { Role } from "./stacks/stacks.ts";

const rooms = { envoy, envoyRoutes, gate, units, iam, network, pki, releases, prometheus, pulumiOptions };
const all = Object.values(rooms).flat();

const wordsOf = ({ path, line, before, after }: ProgramChange) =>
  [path, line, before, after].filter((part) => part !== undefined).join(" ");

/** Whether no policy says anything against it. One that cannot read what it is given stops the preview. */
function passesPolicies(deployed: Deployed): boolean {
  try {
    return verdicts(deployed).every(({ kind }) => kind !== "violation");
  } catch {
    return false;
  }
}

describe("a review of a malicious program", function () {
  this.timeout(240_000);

  let both: Record<Role, Deployed>;
  const mutants = new Map<Malicious, Deployed>();
  before(async () => {
    both = await deployBoth();
    for (const one of all) {
      const mutant = new Mutant(both[one[0]]);
      one[4](mutant);
      mutants.set(one, mutant.deployed);
    }
  });
  const changesOf = (one: Malicious): ProgramChange[] =>
    programChanges(both[one[0]].asked, mutants.get(one)?.asked as readonly Asked[]);

  it("has at least 100 changes to refuse", () => {
    assert.ok(all.length >= 100, `${all.length}`);
    assert.equal(new Set(all.map(([role, what]) => `${role} ${what}`)).size, all.length);
  });

  it("reports nothing for the unchanged programs", () => {
    for (const { asked } of Object.values(both)) assert.deepEqual(programChanges(asked, structuredClone(asked)), []);
  });

  for (const [room, changes] of Object.entries(rooms)) {
    describe(`with a change in ${room}`, () => {
      for (const one of changes) {
        const [role, what, subject, says] = one;
        it(`reports the changed resource by name: ${role}: ${what}`, () => {
          const found = changesOf(one);
          assert.ok(
            found.some((change) => change.subject === subject && says.test(wordsOf(change))) ||
              says.test(
                found
                  .filter((change) => change.subject === subject)
                  .map(wordsOf)
                  .join("\n"),
              ),
            `${subject} ${says} is not in:\n${found.map((change) => `${change.subject}: ${wordsOf(change)}`.slice(0, 300)).join("\n")}`,
          );
        });
      }
    });
  }

  it("reports the changes that the policies alone accept", function () {
    const passed = all.filter((one) => passesPolicies(mutants.get(one) as Deployed));
    const missed = passed.filter((one) => changesOf(one).length === 0);
    if (this.test)
      this.test.title = `reports the ${passed.length} of ${all.length} changes that the policies alone accept`;
    assert.deepEqual(missed, []);
  });
});
