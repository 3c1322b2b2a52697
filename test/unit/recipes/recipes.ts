import type { Edit } from "./copy.ts";

/** A recipe of CONTRIBUTING.md, done once. */
export interface Recipe {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** Tests that see it. */
  readonly tests: readonly string[];
  /** Goldens that are accepted on the way, by the tests that compare with them. */
  readonly goldens?: readonly string[];
}

const policy: Recipe = {
  title: "A policy",
  edits: [
    {
      file: "packages/policy/policies/hosts.ts",
      behind: "export const hosts: readonly Policy[] = [\n",
      insert: `  resourceRule(
    {
      name: "hosts-are-no-metal",
      fence: "host",
      rule: "No host is a bare-metal instance.",
      reason: "Bare metal boots for minutes, and an update waits for it.",
      remedy: "Choose an instance type without .metal.",
      source: "docs/architecture.md",
    },
    {
      *instance({ instanceType }) {
        if (instanceType?.endsWith(".metal")) yield \`\${instanceType} is bare metal\`;
      },
    },
  ),

`,
    },
    {
      file: "test/unit/policy/policies/hosts-are-no-metal.test.ts",
      text: `import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const instance = (instanceType: unknown) => resource(types.instance, { instanceType });

specify("hosts-are-no-metal", {
  passes: { "a virtual machine": instance("t3.small") },
  fails: { "bare metal": [instance("c5.metal"), /c5.metal is bare metal/] },
  undecidable: { "a type that is not known": instance(unknown) },
});
`,
    },
    {
      file: "test/program/policy/mutations/hosts.ts",
      behind: "export const hosts: readonly Mutation[] = [\n",
      insert: `  [
    "sender",
    "the host is bare metal",
    ["hosts-are-no-metal"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.instanceType = "c5.metal";
      }),
  ],
`,
    },
  ],
  tests: [
    "test/unit/policy/page.test.ts",
    "test/unit/policy/policies/hosts-are-no-metal.test.ts",
    "test/program/policy/mutations.test.ts",
  ],
};

const alert: Recipe = {
  title: "An alert",
  edits: [
    {
      file: "packages/prometheus/alerts/host.ts",
      behind: "export const hostAlerts = {\n",
      insert: `  EntropyShort: alert(
    "warning",
    { for: "5m", threshold: 64 },
    "The kernel has {{ $value }} bits of entropy.",
    ({ threshold }, own) => \`\${own("node_entropy_available_bits")} < \${threshold}\`,
  ),
`,
    },
    {
      file: "test/unit/prometheus/alerts/host-cases.ts",
      behind: "export const hostCases = {\n",
      insert: `  EntropyShort: {
    side: "sends",
    fires: { [sender("node_entropy_available_bits")]: "63+0x120" },
    silent: { [sender("node_entropy_available_bits")]: "64+0x120" },
    at: 30,
  },
`,
    },
    {
      file: "docs/runbooks/EntropyShort.md",
      text: `# EntropyShort

On either side. Production values: [all alerts](README.md).

## What it means

The kernel has few random bits.

## What to look at

\`cat /proc/sys/kernel/random/entropy_avail\`

## What to do

Replace the instance by one of another type.

## How it ends

As soon as there are enough bits again.
`,
    },
  ],
  tests: [
    "test/unit/prometheus/alerts/{promtool,settings}.test.ts",
    "test/unit/docs/runbooks.test.ts",
    "test/unit/docs/documentation.test.ts",
  ],
};

const key: Recipe = {
  title: "A configuration key",
  edits: [
    {
      file: "packages/config/host.ts",
      behind: "export const host = z.strictObject({\n",
      insert: `  expectedSeries: key(integer(1, 100_000_000, "a number of series").optional(), {
    description: "How many series are scraped, for \`npm run -s capacity\`.",
    example: "20000",
  }),
`,
    },
    {
      file: "scripts/capacity/index.ts",
      replace: "const counts = given === undefined ? undefined : [given];",
      by: `const count = given ?? host.expectedSeries;
  const counts = count === undefined ? undefined : [count];`,
    },
  ],
  tests: ["test/unit/config/*.test.ts", "test/unit/docs/documentation.test.ts", "test/unit/scripts/generate.test.ts"],
};

const filter: Recipe = {
  title: "An Envoy filter",
  edits: [
    {
      file: "packages/envoy/render/http.ts",
      replace: "/** Holds a body until",
      by: `/** Drops a header of each request. */
export const dropHeader = (name: string): Extension =>
  extension("envoy.filters.http.header_mutation", "filters.http.header_mutation.v3.HeaderMutation", {
    mutations: { request_mutations: [{ remove: name }] },
  });

/** Holds a body until`,
    },
    {
      file: "packages/envoy/render/listeners.ts",
      replace: "filters: [bodyLimit(input.limits.bodyBytes)],",
      by: 'filters: [bodyLimit(input.limits.bodyBytes), dropHeader("cookie")],',
    },
    {
      file: "packages/envoy/render/listeners.ts",
      replace: "import { bodyLimit, httpConnectionManager }",
      by: "import { bodyLimit, dropHeader, httpConnectionManager }",
    },
    {
      file: "packages/envoy/read/schema/http.ts",
      replace: "bounded: z.tuple([bodyLimit(limits.bodyBytes), router]),",
      by: "bounded: z.tuple([bodyLimit(limits.bodyBytes), dropHeader, router]),",
    },
    {
      file: "packages/envoy/read/schema/http.ts",
      replace: "/** The HTTP filters of each listener, in order. */\n",
      by: `const dropHeader = extension("envoy.filters.http.header_mutation", "filters.http.header_mutation.v3.HeaderMutation", {
  mutations: z.strictObject({ request_mutations: z.tuple([z.strictObject({ remove: z.literal("cookie") })]) }),
});

/** The HTTP filters of each listener, in order. */
`,
    },
    {
      file: "packages/envoy/read/view.ts",
      replace: 'http: ["buffer.v3.Buffer", ',
      by: 'http: ["buffer.v3.Buffer", "header_mutation.v3.HeaderMutation", ',
    },
  ],
  goldens: ["test/unit/envoy/golden.test.ts"],
  tests: [
    "test/unit/envoy/{golden,render}.test.ts",
    "test/unit/envoy/read/{rules,changes}.test.ts",
    "test/unit/envoy/loopback/routes.test.ts",
  ],
};

export const recipes: readonly Recipe[] = [policy, alert, key, filter];
