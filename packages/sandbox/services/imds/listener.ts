/** The instance metadata service of one VPC: IMDSv2, and v1 where the instance allows it. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Instance, Vpc } from "../../model/topology.ts";
import { type RoleCredentialsSource, seconds } from "./credentials.ts";
import { TokenStore, tokenSeconds } from "./tokens.ts";
import { type Folder, identityDocument, metadataTree, readTree, roleName } from "./tree.ts";

export interface ImdsOptions {
  /** The VPC as it is now. */
  readonly vpc: () => Vpc | undefined;
  readonly credentials: RoleCredentialsSource;
  readonly log: (line: string) => void;
}

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

const notFound: Answer = { status: 404, body: "Not Found\n" };
const jsonType = "application/json";

export function imdsListener(options: ImdsOptions): RequestListener {
  const tokens = new TokenStore();
  return (request, response) => {
    request.resume();
    answer(options, tokens, request).then(
      (found) => send(request, response, found),
      (error: Error) => {
        options.log(`imds: ${request.method} ${request.url}: ${error.message}`);
        send(request, response, { status: 500, body: `${error.message}\n` });
      },
    );
  };
}

function send(request: IncomingMessage, response: ServerResponse, { status, body = "", type, headers }: Answer): void {
  response.writeHead(status, {
    server: "EC2ws",
    "content-type": type ?? "text/plain",
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function answer(options: ImdsOptions, tokens: TokenStore, request: IncomingMessage): Promise<Answer> {
  const vpc = options.vpc();
  // The source address is the instance's own: the VPC drops what an interface sends under another one.
  const instance = vpc?.instances.find(({ privateAddress }) => privateAddress === request.socket.remoteAddress);
  if (vpc === undefined || instance === undefined) return notFound;
  const path = (request.url ?? "/").replace(/\?.*$/, "").split("/").filter(Boolean).map(decodeURIComponent);
  if (path.join("/") === "latest/api/token") return issueToken(tokens, instance, request);
  if (request.method !== "GET" && request.method !== "HEAD") return { status: 405 };
  const token = request.headers["x-aws-ec2-metadata-token"];
  const accepted = typeof token === "string" ? tokens.valid(instance.id, token) : !instance.metadata.tokensRequired;
  if (!accepted) return { status: 401, body: "Unauthorized\n" };
  return await read(options, instance, vpc, path);
}

/** EC2 user guide, "Use IMDSv2": PUT only, not through a proxy, 1 to 21,600 seconds. */
function issueToken(tokens: TokenStore, instance: Instance, request: IncomingMessage): Answer {
  if (request.method !== "PUT") return { status: 405 };
  if (request.headers["x-forwarded-for"] !== undefined) return { status: 403 };
  const life = tokenSeconds(request.headers["x-aws-ec2-metadata-token-ttl-seconds"]?.toString());
  if (life === undefined) return { status: 400, body: "Bad Request\n" };
  return {
    status: 200,
    body: tokens.issue(instance.id, life),
    headers: { "x-aws-ec2-metadata-token-ttl-seconds": String(life) },
  };
}

async function read(options: ImdsOptions, instance: Instance, vpc: Vpc, path: readonly string[]): Promise<Answer> {
  const [version, category, ...rest] = path;
  if (version === undefined) return { status: 200, body: "2021-03-23\nlatest" };
  if (!/^(latest|20\d\d-\d\d-\d\d|1\.0)$/.test(version)) return notFound;
  switch (category) {
    case undefined:
      return { status: 200, body: "dynamic\nmeta-data\nuser-data" };
    case "user-data":
      if (instance.userData === undefined || rest.length > 0) return notFound;
      return { status: 200, body: Buffer.from(instance.userData, "base64"), type: "application/octet-stream" };
    case "dynamic":
      return text(readTree(dynamicTree(instance, vpc), rest));
    case "meta-data":
      return (await readIam(options, instance, rest)) ?? text(readTree(metadataTree(instance, vpc), rest));
    default:
      return notFound;
  }
}

function text(body: string | undefined): Answer {
  return body === undefined ? notFound : { status: 200, body };
}

function dynamicTree(instance: Instance, vpc: Vpc): Folder {
  return { "instance-identity": { document: `${JSON.stringify(identityDocument(instance, vpc), null, 2)}\n` } };
}

/** The two documents below `iam/` which change with time. */
async function readIam(options: ImdsOptions, instance: Instance, path: readonly string[]): Promise<Answer | undefined> {
  const [iam, kind, role] = path;
  const { roleArn, instanceProfileArn } = instance;
  if (iam !== "iam" || roleArn === undefined) return undefined;
  const now = seconds(new Date());
  if (kind === "info" && path.length === 2) {
    const info = { Code: "Success", LastUpdated: now, InstanceProfileArn: instanceProfileArn };
    return { status: 200, body: JSON.stringify(info, null, 2), type: jsonType };
  }
  if (kind !== "security-credentials" || role !== roleName(roleArn) || path.length !== 3) return undefined;
  try {
    const credentials = await options.credentials.get(instance.id, roleArn);
    return { status: 200, body: JSON.stringify(credentials, null, 2), type: jsonType };
  } catch (error) {
    // What EC2 shows when the role does not trust it or is gone (EC2 user guide, "Troubleshoot IAM roles").
    const Message = `EC2 cannot assume the role ${roleArn}: ${(error as Error).message}`;
    const refusal = { Code: "AssumeRoleUnauthorizedAccess", Message, LastUpdated: now };
    return { status: 200, body: JSON.stringify(refusal, null, 2), type: jsonType };
  }
}
