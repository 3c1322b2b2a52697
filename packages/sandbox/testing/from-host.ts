import { readFileSync } from "node:fs";
import https from "node:https";
import { PassThrough } from "node:stream";
import tls from "node:tls";
import { runOnHost, type Sandbox } from "../cli/sandbox.ts";
import { namespaces, serviceAddresses } from "../realiser/names.ts";
import { connectTcp } from "../realiser/namespace-socket.ts";
import type { Session } from "./sessions.ts";

const metadata = "http://169.254.169.254/latest";

/** The keys of a host's instance role: what somebody who took over the host has. */
export async function sessionOf(sandbox: Sandbox, host: string): Promise<Session> {
  const script = `
    token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${metadata}/api/token)
    role=$(curl -sf -H "X-aws-ec2-metadata-token: $token" ${metadata}/meta-data/iam/security-credentials/)
    curl -sf -H "X-aws-ec2-metadata-token: $token" ${metadata}/meta-data/iam/security-credentials/$role`;
  const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(await runOnHost(sandbox, host, ["sh", "-c", script]));
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

/** The address of an AWS endpoint. Where the host's resolver tells none, a thief brings it along: AWS's addresses are public. */
async function addressFor(sandbox: Sandbox, host: string, name: string): Promise<string> {
  const found = await runOnHost(sandbox, host, ["getent", "ahostsv4", name]).catch(() => "");
  const [address = ""] = found.split(/\s/);
  return address || (/(^|\.)s3[.-]/.test(name) ? serviceAddresses.s3 : serviceAddresses.front);
}

/** Options of a client whose calls leave from a host's network: through its resolver, routes and security groups. */
export function clientOptionsFrom(sandbox: Sandbox, host: string, instanceId: string, credentials: Session) {
  const ca = readFileSync(sandbox.layout.authorityCertificate);
  const namespace = namespaces(sandbox.layout).instance(instanceId);
  const answers = new Map<string, Promise<string>>();
  const resolve = (name: string) => {
    const asked = answers.get(name) ?? addressFor(sandbox, host, name);
    answers.set(name, asked);
    return asked;
  };
  const connect = async (name: string): Promise<tls.TLSSocket> => {
    const address = await resolve(name);
    const socket = await connectTcp(namespace, { host: address, port: 443, timeoutMs: 3_000 });
    return tls.connect({ socket, servername: name, ca });
  };
  const httpsAgent = new https.Agent({ keepAlive: true });
  // Node waits for the callback when nothing is returned (node:http, "agent.createConnection").
  httpsAgent.createConnection = (options, callback) => {
    connect(String(options.host)).then(
      (socket) => callback?.(null, socket),
      // Node's own type demands a stream beside an error.
      (error: Error) => callback?.(error, new PassThrough()),
    );
    return undefined;
  };
  const requestHandler = { httpsAgent };
  return { region: "eu-west-1", credentials, forcePathStyle: true, maxAttempts: 1, requestHandler };
}
