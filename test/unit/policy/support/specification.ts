import assert from "node:assert/strict";
import { type Finding, findingsOf, type Policy, type Seen } from "@metrics-link/policy";
import * as proxy from "@pulumi/policy/proxy.js";
import { Mutant } from "../../../program/policy/support/mutate.ts";
import { today } from "./certificates.ts";
import { configurationOf, type Role, releaseObject } from "./example.ts";

/** How the SDK itself lets unknown values be read: its types leave this out, the module does not. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy(props: unknown): unknown;
  unknownStringValue: string;
};

/** In place of a property: a value that only the update will know. */
export const unknown: string = unknownStringValue;

/** Properties that throw where a value is unknown, as the engine shows them. */
export const reading = (props: unknown) => unknownCheckingProxy(props) as Seen["props"];

/** The resources of a case; a stack policy is shown them together, a resource policy one by one. */
type Case = Seen | readonly Seen[];

interface Specification {
  readonly role?: Role;
  /** Sections of the stack's configuration. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly passes: Readonly<Record<string, Case>>;
  /** What is shown, and what the violation says. */
  readonly fails: Readonly<Record<string, readonly [Case, RegExp]>>;
  /** Where a value is unknown: neither passed nor failed. */
  readonly undecidable: Readonly<Record<string, Case>>;
}

/** What a policy finds, with unknown values behaving as they do under the engine. */
export function find(
  policy: Policy,
  shown: Case,
  role: Role,
  change: Readonly<Record<string, unknown>> = {},
): Finding[] {
  const context = { configuration: configurationOf(role, change), now: today };
  const resources = [shown].flat().map((one: Seen) => ({ ...one, props: reading(one.props) }));
  if (policy.kind === "stack") return findingsOf(policy, resources, context);
  return resources.flatMap((one) => findingsOf(policy, one, context));
}

const said = (findings: readonly Finding[]) => findings.map(({ kind, message }) => `${kind}: ${message}`);

/** Declares that a policy passes, fails and says "not yet decidable" as it should. */
export function specify(
  policy: Policy,
  { role = "sender", configuration, passes, fails, undecidable }: Specification,
): void {
  describe(`the policy ${policy.name}`, () => {
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

/** Declares the same of a policy that reads the release, which a role's renderers make. */
export function specifyRelease(
  policy: Policy,
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
