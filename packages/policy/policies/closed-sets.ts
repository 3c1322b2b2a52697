import {
  byDefault,
  type Expected,
  faultOf,
  knownValues,
  madeByProviders,
  setByTheProgram,
} from "../known/properties.ts";
import {
  type AnyConfiguration,
  type Context,
  checked,
  everyResourceRule,
  type Finding,
  isUnknownValue,
  type Policy,
} from "../model/policy.ts";
import { types } from "../model/resources.ts";

/** Types that need no policy, and why. */
const harmless: Readonly<Record<string, string>> = {
  "aws:dlm/lifecyclePolicy:LifecyclePolicy":
    "takes snapshots and shares none: see properties-are-known for its role, and for what it may not have",
  "aws:ec2/vpc:Vpc": "reached only through its gateways",
  "aws:ec2/internetGateway:InternetGateway": "leads nowhere without a route",
  "aws:ec2/routeTable:RouteTable":
    "its routes are resources of their own, see one-egress-address and ways-are-declared",
  "aws:ec2/volumeAttachment:VolumeAttachment": "volume and instance have policies",
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": "leads from the load balancer to the host",
  "aws:iam/instanceProfile:InstanceProfile": "carries the one role, which has policies",
  "aws:kms/alias:Alias": "a name",
  "command:local:Command": "asks the host to converge; see no-key-material",
};

/** The account that everything is made in. */
export const accountIsBound: Policy<AnyConfiguration> = everyResourceRule(
  {
    name: "account-is-bound",
    fence: "account",
    rule: "Every AWS resource comes from a provider that is bound to the account of the configuration.",
    reason: "With the credentials of another account the update would silently create everything there.",
    remedy: "Use the provider of stacks/account.ts, and keep aws in pulumi:disable-default-providers.",
    source: "docs/architecture.md; Pulumi's documentation, Explicit provider configuration and allowedAccountIds",
  },
  function* ({ type, provider }, { configuration: { account } }) {
    if (!type.startsWith("aws:")) return;
    if (provider === undefined || provider.name.startsWith("default")) {
      yield `it comes from ${provider?.name ?? "an unknown provider"}, a default provider`;
      return;
    }
    const { allowedAccountIds, region } = provider.props;
    const { list } = parsed({ list: allowedAccountIds });
    const ids: readonly unknown[] = Array.isArray(list) ? list : [];
    if (ids.length !== 1 || ids[0] !== account.id) {
      yield `the provider ${provider.name} is bound to ${ids.join(", ") || "no account"} instead of ${account.id}`;
    }
    if (region !== account.region) yield `the provider ${provider.name} is in ${region} instead of ${account.region}`;
  },
);

/** What a stack may consist of: its account, its resource types, and their properties. */
export const closedSets: readonly Policy[] = [
  accountIsBound,

  everyResourceRule(
    {
      name: "types-are-known",
      fence: "account",
      rule: "A stack has only resource types that a policy knows.",
      reason: "Nobody checks a type that nobody thought of: an IAM user, a peering, a public function.",
      remedy: "Write the policy that it needs, and add the type to packages/policy/model/resources.ts.",
      source: "Saltzer and Schroeder, The Protection of Information in Computer Systems: fail-safe defaults",
    },
    function* ({ type }) {
      if (/^(metrics-link:|pulumi:)/.test(type)) return;
      if (type in harmless || Object.values<string>(types).includes(type)) return;
      yield `no policy knows ${type}`;
    },
  ),

  everyResourceRule(
    {
      name: "properties-are-known",
      fence: "account",
      rule: "A resource and its provider have only the properties that the program sets; those that identify a host have fixed values.",
      reason: "An inline route, a replica, a second security group or another AWS endpoint is one property each.",
      remedy: "Remove the property, or add it to packages/policy/known/properties.ts, where a reviewer sees it.",
      source:
        "docs/decisions/0652; Saltzer and Schroeder, The Protection of Information in Computer Systems: fail-safe defaults",
    },
    function* ({ type, props, provider }, context) {
      yield* propertyFaults(type, props, context, "");
      if (provider !== undefined) {
        yield* propertyFaults(provider.type, provider.props, context, `its provider ${provider.name}: `);
      }
    },
  ),
];

function* propertyFaults(type: string, props: object, { configuration }: Context, where: string): Generator<Finding> {
  // Unknown types are for types-are-known. Components and stacks have no properties.
  const known = setByTheProgram[type] ?? madeByProviders[type];
  if (known === undefined) return;
  // The AWS provider may add these to every resource: its default tags, all tags together, and the region.
  const isAws = type.startsWith("aws:");
  const names = new Set([...known, ...(madeByProviders[type] ?? []), ...(isAws ? ["region", "tags", "tagsAll"] : [])]);
  const values: Readonly<Record<string, Expected>> = {
    ...knownValues(configuration)[type],
    ...(isAws && { region: configuration.account.region }),
  };
  const defaults = byDefault[type] ?? {};
  const shown = type.startsWith("pulumi:providers:") ? parsed(props) : props;
  for (const { path, read, hasKnownBelow } of leavesOf(shown, "", names)) {
    yield* checked(undefined, function* () {
      const expected = values[path];
      if (names.has(path)) {
        const fault = expected === undefined ? undefined : faultOf(read(), expected);
        if (fault !== undefined) yield `${where}${path} is ${fault}`;
      } else if (path in defaults) {
        if (read() !== defaults[path]) {
          yield `${where}${path} is ${JSON.stringify(read())} instead of ${defaults[path]}`;
        }
      } else {
        // An object that holds known properties may be unknown as a whole: reading it makes this undecidable.
        if (hasKnownBelow) read();
        yield `${where}${path} is set, which the program does not do`;
      }
    });
  }
}

/** The properties of an explicit provider, whose lists and objects are JSON. */
const parsed = (props: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(props).map(([key, value]): [string, unknown] => [
      key,
      typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value,
    ]),
  );

interface Leaf {
  readonly path: string;
  /** Throws if the value is not known yet. The name is known even then. */
  readonly read: () => unknown;
  /** Whether known properties would be below it, if it were an object or a list. */
  readonly hasKnownBelow: boolean;
}

/**
 * In each object of its inputs a bridged provider lists which properties it filled in, and drops the list before it acts
 * (pulumi-terraform-bridge, pkg/tfbridge/schema.go, applyDefaults). The properties themselves are judged.
 */
const defaultsMark = "__defaults";

/** Every property by its path, down to a known name or a value that has nothing below it. */
function* leavesOf(props: object, prefix: string, names: ReadonlySet<string>): Generator<Leaf> {
  for (const key of Object.keys(props)) {
    if (key === defaultsMark) continue;
    yield* leavesAt(`${prefix}${key}`, () => (props as Record<string, unknown>)[key], names);
  }
}

function* leavesAt(path: string, read: () => unknown, names: ReadonlySet<string>): Generator<Leaf> {
  const hasKnownBelow = [...names].some((name) => name.startsWith(`${path}.`) || name.startsWith(`${path}[]`));
  const value = names.has(path) ? undefined : readOrMarker(read);
  if (names.has(path) || value === unknownValue) yield { path, read, hasKnownBelow };
  else if (value === undefined || value === null) return;
  else if (Array.isArray(value) && (hasKnownBelow || value.length === 0)) {
    for (const index of value.keys()) yield* leavesAt(`${path}[]`, () => value[index], names);
  } else if (typeof value === "object" && (hasKnownBelow || Object.keys(value).length === 0)) {
    yield* leavesOf(value, `${path}.`, names);
  } else yield { path, read, hasKnownBelow };
}

const unknownValue = {};

/** The value, or a marker if it is not known yet. */
function readOrMarker(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    return unknownValue;
  }
}
