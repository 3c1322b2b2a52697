import assert from "node:assert/strict";
import { requireSound } from "@metrics-link/envoy";
import { runCheck } from "@metrics-link/host/agent/checks.ts";
import type { Run } from "@metrics-link/host/agent/run.ts";
import { findingsOf, policies } from "@metrics-link/policy";
import { parseRelease, type Release } from "@metrics-link/release";
import { judge } from "@metrics-link/review";
import { Mutant } from "../../../program/policy/support/mutate.ts";
import { today } from "../../policy/support/certificates.ts";
import { configurationOf, type Role, releaseObject } from "../../policy/support/example.ts";
import { unchanged } from "../../review/support.ts";
import { type Attack, attacks } from "./attacks/index.ts";

/** Who reads what an Envoy is told, and what each says against a release; nothing when it is content. */
const readers: Readonly<Record<string, (role: Role, release: Release, mutant: Mutant) => Promise<readonly string[]>>> =
  {
    "the gate": async (_role, { files }) => refusalOf(() => requireSound(files)),

    "the policies": async (role, _release, { deployed: { inputs, configuration } }) =>
      policies
        .filter(({ name }) => aboutEnvoy.has(name))
        .flatMap((policy) => inputs.flatMap((one) => findingsOf(policy, one, { configuration, now: today })))
        .map(({ kind, message }) => `${role} ${kind}: ${message}`),

    // Without a pack: by its own reading alone.
    "the review": async (role, _release, { deployed: { inputs } }) => {
      const steps = inputs.map(({ type, props }) => ({
        op: "create",
        urn: `urn:pulumi:${role}::metrics-link::${type}::${role}-release`,
        old: undefined,
        new: { inputs: props, id: "", protect: false, retainOnDelete: false },
      }));
      const verdict = judge({
        stack: role,
        record: { ...nothing, steps: steps as never },
        pack: { policies: [], isUndecidable: () => false, isUnderDeviation: () => false },
        deviations: [],
        setAside: [],
        senders: [],
        labels: [],
        asked: [],
        comparison: unchanged,
        now: new Date(today),
      });
      if (verdict.outcome === "passed") return [];
      return verdict.failures.map(({ rule, what }) => `${rule}: ${what}`);
    },

    "the agent": async (_role, release) => {
      const run = { release } as unknown as Run;
      return runCheck(run, { kind: "envoyMeaning", file: "envoy/bootstrap.json" }).then(
        () => [],
        (error: Error) => [error.message],
      );
    },
  };

const aboutEnvoy = new Set([
  ...["admin-is-local", "client-anchor-is-pinned", "client-certificate-required", "client-name-is-exact"],
  ...["client-tls-13-only", "envoy-is-known", "listeners-are-complete"],
  ...["listeners-are-known", "no-system-trust-store", "shares-fit"],
  ...["nothing-leaves-in-clear", "one-chain-per-sender", "one-route-only", "server-anchor-is-pinned"],
  ...["server-name-is-exact", "server-tls-13-only", "served-chain-is-ours"],
]);

const nothing = {
  steps: [],
  stackPolicies: [],
  resourcePolicies: [],
  violations: [],
  errors: [],
  warnings: [],
  succeeded: true,
};

function refusalOf(question: () => void): readonly string[] {
  try {
    question();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function mutantOf({ at, change }: Pick<Attack, "at" | "change">): { mutant: Mutant; release: Release } {
  const mutant = new Mutant({
    configuration: configurationOf(at),
    inputs: [releaseObject(at)],
    outputs: [],
    asked: [],
  });
  change(mutant);
  return { mutant, release: parseRelease(JSON.parse(mutant.deployed.inputs[0]?.props.content)) };
}

describe("an attack on an Envoy configuration", () => {
  for (const at of ["sender", "receiver"] as const) {
    it(`is not reported by any check for the unchanged ${at}`, async () => {
      const { mutant, release } = mutantOf({ at, change: () => undefined });
      for (const [who, read] of Object.entries(readers)) {
        assert.deepEqual(await read(at, release, mutant), [], who);
      }
    });
  }

  for (const { what, at, change, path } of attacks) {
    it(`is refused by every check: ${what}, at the ${at}`, async () => {
      const { mutant, release } = mutantOf({ at, change });
      for (const [who, read] of Object.entries(readers)) {
        const said = await read(at, release, mutant);
        assert.ok(said.join("\n").includes(path), `${who} does not name ${path}:\n${said.join("\n")}`);
      }
    });
  }
});
