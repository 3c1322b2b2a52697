/** Policies that allow exactly what the official provider calls, made of the table of calls. */
import { arnOf, type Call, isTagged, namedArn, type Place, type Subject } from "./call.ts";
import { hostBoundary } from "./identities.ts";
import { calls } from "./index.ts";

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Condition;
}
type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface Document {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** One action on one kind of resource, or on none. */
export interface Grant {
  readonly what: string;
  readonly action: string;
  readonly resource: string;
  readonly equals: Readonly<Record<string, string>>;
}

const project = "metrics-link";

/** What a call needs. */
export function grantsOf(call: Call, place: Place): Grant[] {
  const context = contextOf(call, place);
  const { action } = call;
  if (call.on.length === 0) {
    const equals = { ...context, "aws:RequestedRegion": place.region };
    return [{ what: "Lists", action, resource: "*", equals }];
  }
  return call.on.map((subject) => ({ action, ...onSubject(action, subject, context, place) }));
}

function onSubject(action: string, subject: Subject, context: Grant["equals"], place: Place): Omit<Grant, "action"> {
  const { kind, of, isUntagged } = subject;
  if (!isTagged(kind)) return { what: "Named", resource: namedArn(kind, place), equals: context };
  const resource = arnOf(kind, place);
  if (kind === "image" || isUntagged) return { what: "BesideWhatItMakes", resource, equals: context };
  if (of === "created" && Object.keys(context).some((key) => key.endsWith(":CreateAction"))) {
    return { what: "TagsWhatItMakes", resource, equals: context };
  }
  if (of === "created" && action.endsWith(":TagResource")) {
    return { what: "TagsWhatHasNone", resource, equals: { ...context, "aws:RequestTag/project": project } };
  }
  if (of === "created") return { what: "Makes", resource, equals: { ...context, "aws:RequestTag/project": project } };
  if (of === "adopted") return { what: "Adopts", resource, equals: { ...context, "aws:RequestTag/project": project } };
  // Systems Manager's own key for tags of hosts (user guide, "Restricting Run Command access based on tags").
  const key = action.startsWith("ssm:") ? "ssm:resourceTag/project" : "aws:ResourceTag/project";
  // These know every kind of resource, so they have a statement of their own, with the kinds that this stack tags.
  const what = /:(Create|Delete|Add|Remove)Tags$/.test(action) ? "Retags" : "Changes";
  return { what, resource, equals: { ...context, [key]: project } };
}

/** The context keys of a call with the values of a place. */
export function contextOf({ context = {} }: Call, place: Place): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      key,
      key === "iam:PermissionsBoundary" ? hostBoundary(place) : value.replace("REGION", place.region),
    ]),
  );
}

/** The calls in the whole life of resources of these types. @param kept types that are never deleted */
export const callsOfLife = (types: readonly string[], kept: readonly string[]): Call[] =>
  types.flatMap((type) => {
    const { create = [], read = [], update = [], delete: remove = [] } = calls[type] ?? {};
    return [...create, ...read, ...update, ...(kept.includes(type) ? [] : remove)];
  });

/** The calls of a refresh, a preview or an audit of resources of these types. */
export const callsOfReading = (types: readonly string[]): Call[] => types.flatMap((type) => calls[type]?.read ?? []);

const unique = (texts: readonly string[]) => [...new Set(texts)].toSorted();
const one = (texts: readonly string[]) => (texts.length === 1 ? (texts[0] ?? "") : texts);

/**
 * A document of these grants: all of a service under the same conditions are one statement. An action is only ever compared with
 * resources of its own kinds, so listing the kinds of its neighbours gives it nothing.
 */
export function documentOf(grants: readonly Grant[]): Document {
  const groups = grouped(grants, ({ what, equals, action }) => {
    const [service = ""] = action.split(":");
    return JSON.stringify([service, what, what === "TagsWhatItMakes" ? "" : equals]);
  });
  const statements = groups.map(statementOf);
  const seen = new Map<string, number>();
  return {
    Version: "2012-10-17",
    Statement: statements.map((statement) => {
      const number = (seen.get(statement.Sid) ?? 0) + 1;
      seen.set(statement.Sid, number);
      return number === 1 ? statement : { ...statement, Sid: `${statement.Sid}${number}` };
    }),
  };
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

function statementOf(grants: readonly Grant[]): Statement {
  const [{ what, action } = { what: "", action: "" }] = grants;
  const service = action.split(":")[0] ?? "";
  const condition = conditionOf(grants);
  return {
    Sid: `${service.charAt(0).toUpperCase()}${service.slice(1)}${what}`,
    Effect: "Allow",
    Action: one(unique(grants.map((grant) => grant.action))),
    Resource: one(unique(grants.map(({ resource }) => resource))),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/**
 * Keys that a request must not have. What says whose it is, by any value of the tag `project`, cannot be called the product's
 * later (docs/decisions/0742).
 */
const absentKeys: Readonly<Record<string, readonly string[]>> = {
  TagsWhatHasNone: ["aws:ResourceTag/project"],
  // What AWS made beside something else is tagged by a call of its own.
  Adopts: ["aws:ResourceTag/project", "ec2:CreateAction"],
};

/** Grants of one statement differ in nothing but the creation that tags. */
function conditionOf(grants: readonly Grant[]): Condition | undefined {
  const keys = unique(grants.flatMap(({ equals }) => Object.keys(equals)));
  if (keys.length === 0) return undefined;
  const absent = grants.flatMap(({ what }) => absentKeys[what] ?? []);
  return {
    ...(absent.length === 0 ? {} : { Null: Object.fromEntries(unique(absent).map((key) => [key, "true"])) }),
    StringEquals: Object.fromEntries(
      keys.map((key) => [key, one(unique(grants.flatMap(({ equals }) => equals[key] ?? [])))]),
    ),
  };
}

/** The characters of a document as IAM counts them: without white space. A managed policy has 6,144 at most. */
export const sizeOf = (document: Document): number => JSON.stringify(document).length;
