/** The AWS API front: decides what of a request reaches moto, and completes what moto cannot do. */

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { parseJson } from "@metrics-link/contract";
import { z } from "zod";
import { ask, forward, readAll, type Way } from "./forward.ts";
import { type Answer, type Call, callIn, xmlOf } from "./query.ts";
import { type CredentialScope, credentialScope, refuse } from "./scope.ts";

/** Where a request came in, and what AWS would know by that. */
export interface Entrance {
  /** An interface endpoint answers its own service alone. */
  readonly service?: string;
  way(request: IncomingMessage): Way;
}

/** Carries out what moto has authorised. */
export interface Completion {
  readonly service: string;
  /** Names of operations (`X-Amz-Target` after the dot). */
  readonly operations: readonly string[];
  complete(call: AuthorisedCall): Promise<{ status: number; body: unknown }>;
}

export interface AuthorisedCall {
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  /** The ARN of whoever calls. */
  readonly caller: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Whose call it is: the account, the region that it is about, and the ARN. */
type Caller = Pick<AuthorisedCall, "account" | "region" | "caller">;

/** What of the API a record of the sandbox's own answers, because moto has no such resources. */
interface Described {
  /** Whether these calls are answered from it. */
  answers(service: string, action: string): boolean;
  /** Changes what the call changes. @throws an error with AWS's code as its `code` */
  describe(place: Caller, service: string, call: Call): Promise<Answer>;
}

export interface FrontOptions {
  readonly moto: string;
  readonly completions: readonly Completion[];
  readonly described?: Described;
  /** Called, and awaited, after a successful EC2 call which changes security groups; the answer waits for it. */
  readonly onSecurityGroupChange: () => Promise<void>;
  readonly log: (line: string) => void;
}

/** EC2 actions after which the fences may be other ones. */
const changesFences = /^(Authorize|Revoke)SecurityGroup(Ingress|Egress)$|^ModifySecurityGroupRules$/;
/** Other EC2 actions that the sandbox lets through: they change nothing that a network or a host is made of. */
const changesNothing = /^(Describe|Get|Search|CreateTags$|DeleteTags$)/;
/** moto's own control interface, and its imitation of the metadata service, which ask for no credentials. */
const closed = /^\/(moto-api|latest\/(meta-data|api)|favicon\.ico)/;

/** Serves the AWS API at one entrance. */
export function frontListener(options: FrontOptions, entrance: Entrance): RequestListener {
  return (request, response) => {
    serve(options, entrance, request, response).catch((error: Error) => {
      options.log(`front: ${request.method} ${request.headers.host}${request.url}: ${error.message}`);
      if (response.headersSent) response.destroy();
      else refuse(request, response, { status: 502, code: "ServiceUnavailable", message: error.message });
    });
  };
}

async function serve(
  options: FrontOptions,
  entrance: Entrance,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const deny = (status: number, code: string, message: string) => refuse(request, response, { status, code, message });
  const path = readablePath(request.url);
  if (path === undefined) return deny(400, "InvalidURI", `not an absolute path: ${request.url}`);
  if (closed.test(path)) return deny(403, "AccessDenied", `${path} is not part of AWS's API`);
  if (request.headers.authorization === undefined) {
    return deny(403, "MissingAuthenticationToken", "The sandbox takes requests signed in their headers only.");
  }
  const scope = credentialScope(request.headers.authorization);
  if (scope === undefined) return deny(400, "IncompleteSignature", "The Authorization header is not of SigV4.");
  if (entrance.service !== undefined && scope.service !== entrance.service) {
    return deny(403, "AccessDenied", `this endpoint serves ${entrance.service}, not ${scope.service}`);
  }
  const way = entrance.way(request);
  const completion = completionOf(options, scope, request);
  if (completion !== undefined) return await completeCall(options.moto, completion, request, response, way);
  if (scope.service === "ec2" || scope.service === "elasticloadbalancing") {
    return await serveQuery(options, scope.service, request, response, way);
  }
  await forward(options.moto, request, response, way);
}

function completionOf(
  { completions, described }: FrontOptions,
  { service }: CredentialScope,
  request: IncomingMessage,
): Completion | undefined {
  const { operation } = calledBy(request, service);
  const found = completions.find((one) => one.service === service && one.operations.includes(operation));
  return found ?? (described?.answers(service, operation) ? fromRecord(described, service, operation) : undefined);
}

/** A call in JSON that the record answers. */
const fromRecord = (described: Described, service: string, operation: string): Completion => ({
  service,
  operations: [operation],
  complete: async ({ account, region, caller, input }) => {
    const given = Object.entries(input).map(([name, value]) => [name, String(value)]);
    try {
      const call = { action: operation, parameters: Object.fromEntries(given) };
      return { status: 200, body: await described.describe({ account, region, caller }, service, call) };
    } catch (error) {
      const { code = "InternalServiceErrorException", message } = error as Error & { code?: string };
      return { status: 400, body: { __type: code, message } };
    }
  },
});

/** Services that have no header for it tell the operation by method and path. */
const byPath = [
  { service: "dlm", method: "GET", path: /^\/policies\/(?<PolicyId>[^/?]+)\/?$/, operation: "GetLifecyclePolicy" },
];

/** The operation of a call, and what of its input is in the path. */
function calledBy({ headers, method, url = "" }: IncomingMessage, service: string) {
  const target = headers["x-amz-target"];
  if (target !== undefined) return { operation: String(target).replace(/^.*\./, ""), input: {} };
  const found = byPath.find((one) => one.service === service && one.method === method && one.path.test(url));
  return { operation: found?.operation ?? "", input: { ...found?.path.exec(url)?.groups } };
}

/** moto checks signature and policies and answers with the caller's account (moto/resources.py); then the call is done here. */
async function completeCall(
  moto: string,
  completion: Completion,
  request: IncomingMessage,
  response: ServerResponse,
  way: Way,
): Promise<void> {
  const body = await readAll(request);
  const verdict = await ask(moto, request, way, body);
  if (verdict.status !== 200) {
    response.writeHead(verdict.status, verdict.headers.flat());
    response.end(verdict.body);
    return;
  }
  const who = callerIn(verdict.body);
  const { operation, input } = calledBy(request, completion.service);
  const given = parseJson(z.record(z.string(), z.unknown()), body.toString() || "{}", "The request");
  const answer = await completion.complete({
    ...who,
    operation,
    input: { ...given, ...input },
  });
  response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify(answer.body));
}

const verdictForm = z
  .object({ Account: z.string(), Region: z.string(), Caller: z.string() })
  .transform(({ Account, Region, Caller }) => ({ account: Account, region: Region, caller: Caller }));
const callerIn = (body: Buffer): Caller => parseJson(verdictForm, body.toString(), "moto's verdict");

async function serveQuery(
  options: FrontOptions,
  service: string,
  request: IncomingMessage,
  response: ServerResponse,
  way: Way,
): Promise<void> {
  const body = await readAll(request);
  const { action, parameters } = callIn(body);
  if (options.described?.answers(service, action)) {
    const verdict = await ask(options.moto, request, { ...way, onlyVerdict: true }, body);
    if (verdict.status !== 200) {
      response.writeHead(verdict.status, verdict.headers.flat());
      response.end(verdict.body);
      return;
    }
    try {
      const answer = await options.described.describe(callerIn(verdict.body), service, { action, parameters });
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(xmlOf(service, action, answer));
    } catch (error) {
      const { code = "InternalFailure", message } = error as Error & { code?: string };
      refuse(request, response, { status: 400, code, message });
    }
    return;
  }
  if (service !== "ec2" || changesNothing.test(action))
    return await forward(options.moto, request, response, way, body);
  if (!changesFences.test(action)) {
    const message = `the sandbox realises ${action} only when Pulumi asks for it, not through the API`;
    return refuse(request, response, { status: 400, code: "UnsupportedOperation", message });
  }
  const answer = await ask(options.moto, request, way, body);
  if (answer.status === 200) await options.onSecurityGroupChange();
  response.writeHead(answer.status, answer.headers.flat());
  response.end(answer.body);
}

/** The path as moto's WSGI server will read it: decoded, slashes merged. */
function readablePath(url = ""): string | undefined {
  if (!url.startsWith("/")) return undefined;
  try {
    return decodeURIComponent(url.replace(/\?.*$/, "")).replace(/\/+/g, "/");
  } catch {
    return undefined;
  }
}
