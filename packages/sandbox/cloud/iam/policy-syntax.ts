/**
 * The syntax of IAM policies, as far as AWS refuses one at once
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
 */

import { parseJson } from "@metrics-link/contract";
import { z } from "zod";

type Statement = Record<string, unknown>;

const TOP = ["Version", "Id", "Statement"];
const PARTS = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

/** What is wrong with a policy document of any kind, or undefined. */
export function policyFault(text: string): string | undefined {
  return fault(text, () => undefined);
}

/** What is wrong with a policy of a role, or undefined. */
export function identityPolicyFault(text: string): string | undefined {
  return fault(text, (statement) => {
    if ("Principal" in statement || "NotPrincipal" in statement)
      return "must not have a Principal: it is a role's policy";
    return hasOne(statement, "Resource", "NotResource") ? undefined : "needs exactly one of Resource, NotResource";
  });
}

/** What is wrong with a policy of a bucket, key or secret, or undefined. */
export function resourcePolicyFault(text: string): string | undefined {
  return fault(text, (statement) =>
    hasOne(statement, "Principal", "NotPrincipal") ? undefined : "needs exactly one of Principal, NotPrincipal",
  );
}

/** What is wrong with a role's trust policy, or undefined. */
export function trustPolicyFault(text: string): string | undefined {
  return fault(text, (statement) => {
    if ("Resource" in statement || "NotResource" in statement)
      return "has a Resource, which is prohibited in a trust policy";
    if (!hasOne(statement, "Principal", "NotPrincipal")) return "needs exactly one of Principal, NotPrincipal";
    const actions = asList(statement.Action);
    const wrong = actions.find(
      (action) => !/^sts:(AssumeRole(With\w+)?|TagSession|SetSourceIdentity|SetContext|\*)$/.test(String(action)),
    );
    return wrong === undefined ? undefined : `allows "${wrong}"; a trust policy is for sts:AssumeRole and its kin`;
  });
}

function fault(text: string, ofStatement: (statement: Statement) => string | undefined): string | undefined {
  const document = parse(text);
  if (document === undefined) return "is no JSON object";
  const stray = Object.keys(document).find((name) => !TOP.includes(name));
  if (stray !== undefined) return `MalformedPolicyDocument: unknown element "${stray}"`;
  const version = document.Version;
  if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") {
    return `MalformedPolicyDocument: Version must be "2012-10-17", not ${JSON.stringify(version)}`;
  }
  const statements = asList(document.Statement);
  if (statements.length === 0) return "MalformedPolicyDocument: needs at least one Statement";
  for (const [index, statement] of statements.entries()) {
    const reason = statementFault(statement) ?? ofStatement(statement as Statement);
    if (reason !== undefined) return `MalformedPolicyDocument: Statement ${index} ${reason}`;
  }
  const ids = statements.map((statement) => (statement as Statement).Sid).filter((sid) => sid !== undefined);
  const twice = ids.find((sid, index) => ids.indexOf(sid) !== index);
  return twice === undefined ? undefined : `MalformedPolicyDocument: Sid "${twice}" is not unique`;
}

function statementFault(statement: unknown): string | undefined {
  if (typeof statement !== "object" || statement === null) return "is no object";
  const parts = statement as Statement;
  const stray = Object.keys(parts).find((name) => !PARTS.includes(name));
  if (stray !== undefined) return `has the unknown element "${stray}"`;
  if (parts.Effect !== "Allow" && parts.Effect !== "Deny") return 'needs an Effect of "Allow" or "Deny"';
  if (!hasOne(parts, "Action", "NotAction")) return "needs exactly one of Action, NotAction";
  const actions = asList(parts.Action ?? parts.NotAction);
  const action = actions.find((name) => typeof name !== "string" || !/^(\*|[\w-]+:[\w*?]+)$/.test(name));
  if (action !== undefined || actions.length === 0)
    return `has the action ${JSON.stringify(action)}; "service:Action" is wanted`;
  const resources = asList(parts.Resource ?? parts.NotResource);
  const resource = resources.find(
    (name) => typeof name !== "string" || !/^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+)$/.test(name),
  );
  if (resource !== undefined) return `has the resource ${JSON.stringify(resource)}; an ARN or "*" is wanted`;
  return conditionFault(parts.Condition);
}

function conditionFault(condition: unknown): string | undefined {
  if (condition === undefined) return undefined;
  if (typeof condition !== "object" || condition === null) return "has a Condition that is no object";
  for (const [operator, keys] of Object.entries(condition)) {
    if (!/^(ForAllValues:|ForAnyValue:)?(String|Numeric|Date|Arn|Ip|Not|Bool|Binary|Null)\w*$/.test(operator)) {
      return `has the unknown condition operator "${operator}"`;
    }
    if (typeof keys !== "object" || keys === null) return `has the condition ${operator} without keys`;
  }
  return undefined;
}

function hasOne(statement: Statement, ...names: string[]): boolean {
  return names.filter((name) => name in statement).length === 1;
}

function asList(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Statement) : undefined;
  } catch {
    return undefined;
  }
}

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((found) => [found].flat());
const statement = z.object({
  Effect: z.string(),
  Principal: z.unknown().optional(),
  Action: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Condition: z.unknown().optional(),
});
const policyDocument = z.object({
  Statement: z.union([statement.transform((one) => [one]), z.array(statement)]),
});

export type PolicyStatement = z.output<typeof statement>;

/** The statements of a policy document whose syntax has been checked. */
export const statementsOf = (policy: string): PolicyStatement[] =>
  parseJson(policyDocument, policy, "The policy document").Statement;
