/** The requests that IAM judges when something is done with one resource. */
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../aws-error.ts";
import type { Resource } from "../resource.ts";

import { arnOf, type Call, isTagged, type Kind, namedArn, type Place, type Subject } from "./call.ts";
import { calls } from "./index.ts";
import { contextOf } from "./policies.ts";

type Values = Resource["inputs"];

/** The inputs that differ. */
export const changesBetween = (olds: Values, news: Values): string[] =>
  [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (name) => !isDeepStrictEqual(olds[name], news[name]),
  );

/** As `packages/sandbox/services/moto/judge.py` takes it. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

/** A resource as it is, or will be. */
export interface Subjected {
  readonly place: Omit<Place, "role">;
  readonly type: string;
  /** Undefined before its creation. */
  readonly id?: string;
  /** As it will be, when it is made or updated. */
  readonly inputs: Values;
  /** As it is, when it is updated. */
  readonly known?: Values;
  /** Another resource of the account by its id or ARN; of this type, where those of two types have the same one. */
  find(id: string, type?: string): Pick<Resource, "id" | "inputs"> | undefined;
}

/** What is done with it; an update tells which inputs change. */
export type Doing = "create" | "read" | "delete" | { readonly changes: readonly string[] };

/** Inputs by which the official provider does something itself, and of which AWS hears nothing when they change. */
const ofTheProvider = new Set([
  ...["__defaults", "region", "tagsAll"],
  ...["deletionWindowInDays", "finalSnapshot", "forceDestroy", "forceDetach", "forceDetachPolicies"],
  ...["recoveryWindowInDays", "revokeRulesOnDelete", "skipDestroy", "stopInstanceBeforeDetaching"],
  "userDataReplaceOnChange",
]);

/**
 * What the official provider asks AWS for.
 * @throws AwsError `NotModelled` of a type that the product does not have, or a change that the table has no calls for
 */
export function requestsOf(resource: Subjected, doing: Doing): Request[] {
  const own = calls[resource.type];
  if (own === undefined) {
    throw new AwsError("NotModelled", `the sandbox does not know what the provider calls for ${resource.type}`);
  }
  if (typeof doing === "object") refuseUnknown(resource, own.update, doing.changes);
  const found = typeof doing === "object" ? own.update.filter(changed(doing.changes)) : own[doing];
  // After a creation and after an update it reads the resource.
  const reads = doing === "create" || typeof doing === "object" ? own.read : [];
  return [...found, ...reads].flatMap((call) => requestsOfCall(call, resource));
}

function refuseUnknown({ type, inputs }: Subjected, update: readonly Call[], changes: readonly string[]): void {
  const isKnown = (name: string) => ofTheProvider.has(name) || update.some(({ when }) => when?.includes(name));
  const unknown = changes.filter((name) => inputs[name] !== undefined && !isKnown(name));
  if (unknown.length === 0) return;
  throw new AwsError(
    "NotModelled",
    `the sandbox does not know what the provider calls when ${unknown.join(", ")} of ${type} changes`,
  );
}

const changed = (changes: readonly string[]) => (call: Call) =>
  call.when?.some((input) => changes.includes(input)) ?? true;

function requestsOfCall(call: Call, resource: Subjected): Request[] {
  const { action } = call;
  const context = { "aws:RequestedRegion": resource.place.region, ...valuesOf(call, resource) };
  if (call.on.length === 0) return [{ action, resource: "*", context }];
  return call.on.flatMap((subject) =>
    named(subject, resource).map(({ arn, tags }) => ({ action, resource: arn, context: { ...context, ...tags } })),
  );
}

/** The values of a call's context keys. */
function valuesOf(call: Call, { place, inputs, find }: Subjected): Record<string, string> {
  const context = contextOf(call, { ...place, role: "" });
  if ("iam:PermissionsBoundary" in context) {
    const boundary = (find(text(inputs.role), "aws:iam/role:Role")?.inputs ?? inputs).permissionsBoundary;
    return boundary === undefined ? {} : { "iam:PermissionsBoundary": text(boundary) };
  }
  if ("aws:RequestTag/project" in context) return tagged("Request", inputs);
  return context;
}

interface Seen {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The resources that a subject is, with the tags that IAM sees. */
function named(subject: Subject, { place, type, id, inputs, known = inputs, find }: Subjected): Seen[] {
  const { kind, of, isUntagged } = subject;
  if (!isTagged(kind)) return [{ arn: nameOf(kind, place, type, inputs), tags: {} }];
  if (of === "created") return [{ arn: arnOf(kind, place), tags: isUntagged ? {} : tagged("Request", inputs) }];
  if (of === "adopted") return [{ arn: arnOf(kind, place, "adopted"), tags: tagged("Request", inputs) }];
  if (of === "own") return [{ arn: arnOf(kind, place, id ?? "new"), tags: tagged("Resource", known) }];
  const ids = of.input === "key of the secret" ? [keyOfSecret(inputs, find)] : [inputs[of.input]].flat();
  return ids
    .filter((one) => one !== undefined)
    .map((one) => ({
      arn: arnOf(kind, place, text(one)),
      tags: tagged("Resource", find(text(one))?.inputs ?? {}),
    }));
}

const keyOfSecret = ({ secretId }: Values, find: Subjected["find"]) =>
  find(text(secretId), "aws:secretsmanager/secret:Secret")?.inputs.kmsKeyId;

function tagged(which: "Request" | "Resource", { tags }: Values): Record<string, string> {
  const own = typeof tags === "object" && tags !== null ? Object.entries(tags) : [];
  return Object.fromEntries(
    own.flatMap(([name, value]) => [
      [`aws:${which}Tag/${name}`, text(value)],
      // Systems Manager has a key of its own besides.
      ...(which === "Resource" ? [[`ssm:resourceTag/${name}`, text(value)]] : []),
    ]),
  );
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The ARN of a resource that the program names. */
function nameOf(kind: Exclude<Kind, never>, place: Omit<Place, "role">, type: string, inputs: Values): string {
  const { account, region } = place;
  switch (kind) {
    case "alias":
      return `arn:aws:kms:${region}:${account}:${text(inputs.name)}`;
    case "bucket":
      return `arn:aws:s3:::${text(inputs.bucket)}`;
    case "object":
      return `arn:aws:s3:::${text(inputs.bucket)}/${text(inputs.key)}`;
    case "instance-profile":
      return `arn:aws:iam::${account}:instance-profile/${text(inputs.name)}`;
    case "role":
      return `arn:aws:iam::${account}:role/${text(inputs.role ?? inputs.iamInstanceProfile ?? inputs.name)}`;
    case "snapshot-role":
      return text(inputs.executionRoleArn);
    case "secret": {
      const given = text(inputs.secretArn ?? inputs.secretId);
      return given || `arn:aws:secretsmanager:${region}:${account}:secret:${text(inputs.name)}-AbCdEf`;
    }
    default:
      return namedArn(kind as "document" | "balancers-role" | "firewall-config", { ...place, role: type });
  }
}
