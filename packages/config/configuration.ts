import { InvalidInputError, type Problem, valueAt } from "@metrics-link/contract";
import { z } from "zod";
import { account } from "./account.ts";
import { host, tools } from "./host.ts";
import { checkEndpointServices, network } from "./network.ts";
import { checkDocumentationAddresses, peer, senders } from "./peers.ts";
import { pki } from "./pki.ts";
import { policy } from "./policy.ts";
import { receiverPrometheus, senderPrometheus } from "./prometheus.ts";
import { shownValue } from "./secrets.ts";
import { key } from "./values.ts";

/** The namespace of all keys in `Pulumi.<stack>.yaml`. */
export const configurationNamespace = "metrics-link";

const role = <Role extends "sender" | "receiver">(value: Role) =>
  key(z.literal(value), {
    description: "Which end of a link this stack is.",
    range: "`sender` or `receiver`",
    example: "sender",
  });

const common = { account, network, host, pki, tools, policy };

const sender = z
  .strictObject({
    role: role("sender"),
    ...common,
    prometheus: senderPrometheus,
    /** The receiver. */
    peer,
  })
  .superRefine(checkEndpointServices)
  .superRefine(checkDocumentationAddresses);

const receiver = z
  .strictObject({ role: role("receiver"), ...common, prometheus: receiverPrometheus, senders })
  .superRefine(checkEndpointServices)
  .superRefine(checkDocumentationAddresses);

export type SenderConfiguration = z.output<typeof sender>;
export type ReceiverConfiguration = z.output<typeof receiver>;
export type Configuration = SenderConfiguration | ReceiverConfiguration;

/** The configuration of each role, for those who describe it; a stack's own is read by `parseConfiguration`. */
export const configurationSchemas = { sender, receiver } as const;

/**
 * The keys of one namespace without its name. Keys of others are somebody else's business.
 * @param config as Pulumi's runtime hands it over: `namespace:key`, objects as JSON and everything else as text
 */
export function configurationOf(
  namespace: string,
  config: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const prefix = `${namespace}:`;
  const own = Object.entries(config)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), /^[[{]/.test(value) ? JSON.parse(value) : value] as const);
  return Object.fromEntries(own);
}

/**
 * Checks the configuration of a stack, given as an object of its top-level keys, and fills in the defaults.
 * @throws InvalidInputError naming every wrong key with its value and what would be right.
 */
export function parseConfiguration(raw: Readonly<Record<string, unknown>>): Configuration {
  const { role: found } = raw;
  if (found !== "sender" && found !== "receiver") {
    throw invalid([{ key: keyOf(["role"]), value: found, remedy: "either sender or receiver" }]);
  }
  const result = configurationSchemas[found].safeParse(raw);
  if (result.success) return result.data;
  throw invalid(result.error.issues.flatMap((issue) => problemsOf(issue, raw)));
}

function invalid(problems: readonly Problem[]): InvalidInputError {
  return new InvalidInputError("Pulumi.<stack>.yaml has wrong values", problems, "CONFIGURATION_INVALID");
}

function problemsOf(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => {
      const path = [...issue.path, name];
      const value = shownValue(valueAt(raw, path), path, true);
      return { key: keyOf(path), value, remedy: "no such key; check its spelling or remove it" };
    });
  }
  const value = shownValue(valueAt(raw, issue.path), issue.path, false);
  const remedy =
    issue.code === "invalid_type" && issue.message.startsWith("Invalid input")
      ? `${issue.expected} is expected`
      : issue.message;
  return [{ key: keyOf(issue.path), value, remedy }];
}

function keyOf(path: readonly PropertyKey[]): string {
  const joined = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return `${configurationNamespace}:${joined.replace(/^\./, "")}`;
}
