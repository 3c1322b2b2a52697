import assert from "node:assert/strict";
import { type Finding, findingsOf, type Policy, policies, type Seen } from "@metrics-link/policy";
import * as proxy from "@pulumi/policy/proxy.js";
import { Mutant } from "../../../program/policy/support/mutate.ts";
import { today } from "./certificates.ts";
import { configurationOf, type Role, releaseObject } from "./example.ts";

/** The SDK's own reading of unknown values, which its types leave out. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy(props: Seen["props"]): Seen["props"];
  unknownStringValue: string;
};

/** A property whose value only the update will know. */
export const unknown: string = unknownStringValue;

/** Properties that throw where a value is unknown, as the engine shows them. */
export const reading = (props: Seen["props"]): Seen["props"] => unknownCheckingProxy(props);

/** The resources of a case. A stack policy gets them together, a resource policy one by one. */
type Case = Seen | readonly Seen[];

interface Specification {
  readonly role?: Role;
  /** Sections of the stack's configuration that differ. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly passes: Readonly<Record<string, Case>>;
  /** Title → the resources, and the violation's message. */
  readonly fails: Readonly<Record<string, readonly [Case, RegExp]>>;
  /** Cases with an unknown value: neither passed nor failed. */
  readonly undecidable: Readonly<Record<string, Case>>;
}

/** @throws Error if the pack has no policy of this name */
function policyOf(name: string): Policy {
  const policy = policies.find((one) => one.name === name);
  if (policy === undefined) throw new Error(`the pack has no policy ${name}`);
  return policy;
}

/** What a policy finds, with unknown values behaving as they do under the engine. */
export function find(name: string, shown: Case, role: Role, change: Readonly<Record<string, unknown>> = {}): Finding[] {
  const policy = policyOf(name);
  const context = { configuration: configurationOf(role, change), now: today };
  const resources = [shown].flat().map((one: Seen) => ({ ...one, props: reading(one.props) }));
  if (policy.kind === "stack") return findingsOf(policy, resources, context);
  return resources.flatMap((one) => findingsOf(policy, one, context));
}

const said = (findings: readonly Finding[]) => findings.map(({ kind, message }) => `${kind}: ${message}`);

/** Declares when a policy passes, when it fails, and when it cannot decide yet. */
export function specify(
  policy: string,
  { role = "sender", configuration, passes, fails, undecidable }: Specification,
): void {
  describe(`the policy ${policy}`, () => {
    for (const [what, shown] of Object.entries(passes)) {
      it(`passes ${what}`, () => assert.deepEqual(said(find(policy, shown, role, configuration)), []));
    }
    for (const [what, [shown, message]] of Object.entries(fails)) {
      it(`fails ${what}`, () => {
        const findings = find(policy, shown, role, configuration);
        const violations = findings.filter(({ kind }) => kind === "violation");
        assert.ok(
          violations.some((one) => message.test(one.message)),
          `${said(findings).join("; ")} instead of ${message}`,
        );
      });
    }
    for (const [what, shown] of Object.entries(undecidable)) {
      it(`does not decide ${what}`, () => {
        const kinds = find(policy, shown, role, configuration).map(({ kind }) => kind);
        assert.deepEqual([...new Set(kinds)], ["undecidable"]);
      });
    }
  });
}

/** Declares the same for a policy about the release that a role's renderers produce. */
export function specifyRelease(
  policy: string,
  role: Role,
  fails: Readonly<Record<string, readonly [change: (it: Mutant) => void, message: RegExp]>>,
): void {
  const object = releaseObject(role);
  const broken = Object.entries(fails).map(([what, [change, message]]) => {
    const mutant = new Mutant({ configuration: configurationOf(role), inputs: [object], outputs: [], asked: [] });
    change(mutant);
    return [what, [mutant.deployed.inputs, message]] as const;
  });
  specify(policy, {
    role,
    passes: { "the release as it is rendered": object },
    fails: Object.fromEntries(broken),
    undecidable: {
      "a release whose name is not known yet": {
        ...object,
        props: { ...object.props, key: unknown, content: unknown },
      },
      "a release whose text is not known yet": { ...object, props: { ...object.props, content: unknown } },
    },
  });
}
