import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { frontListener } from "@metrics-link/sandbox/services/front/front.ts";
import { RoleCredentialsSource } from "@metrics-link/sandbox/services/imds/credentials.ts";
import { type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";
import { aws4, type Clients, clientsWith, IAM } from "@metrics-link/sandbox/testing/clients.ts";
import { assume } from "@metrics-link/sandbox/testing/sessions.ts";

export const sender = "111111111111";
export const receiver = "222222222222";
export const tools = "999999999999";
export const region = "eu-west-1";
export const deployRole = "metrics-link-deploy";
export const roleArn = (name: string, account: string = sender) => `arn:aws:iam::${account}:role/${name}`;
export const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

interface Way {
  readonly context: Readonly<Record<string, string>>;
  readonly endpointPolicy?: string;
}

/** By TLS, from nowhere special. */
export const byTls: Way = { context: { "aws:SecureTransport": "true" } };

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The sandbox's AWS API for as long as a test takes: moto behind the front, every call by TLS unless a test says otherwise. */
export class Api {
  readonly #directory = mkdtempSync(join(tmpdir(), "metrics-link-api-"));
  #moto: Moto | undefined;
  #front: http.Server | undefined;
  /** How calls arrive: what a policy may ask of them, and the endpoint's own policy. */
  way: Way = byTls;

  async start(): Promise<void> {
    assert.equal(process.getuid?.(), 0, "this test must run as root: the sandbox does");
    this.#moto = await startMoto({
      python: join(cacheDirectory(), "bin", "moto-python"),
      seed: "test",
      accounts: [sender, receiver],
      toolsAccount: tools,
      deployRole,
      log: join(this.#directory, "moto.log"),
    });
    const options = {
      moto: this.#moto.endpoint,
      completions: [],
      onSecurityGroupChange: async () => {},
      log: () => {},
    };
    this.#front = http.createServer(frontListener(options, { way: () => this.way }));
    const front = this.#front;
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#front?.close();
    await this.#moto?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get moto(): Moto {
    return this.#moto ?? assert.fail("the API has not been started");
  }

  /** Clients of every service with these keys. */
  clients(credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }): Clients {
    return clientsWith({ region, endpoint: this.endpoint, credentials, forcePathStyle: true });
  }

  /** Of the front. */
  get endpoint(): string {
    const address = this.#front?.address() ?? assert.fail("the API has not been started");
    return `http://127.0.0.1:${(address as AddressInfo).port}`;
  }

  /** An account's administrator. */
  admin(account: string): Session {
    return this.moto.keys.admins[account] ?? assert.fail(account);
  }

  /** What the SDK's clients need. */
  options(credentials: Session) {
    return { region, endpoint: this.endpoint, credentials, forcePathStyle: true, maxAttempts: 1 };
  }

  /** A role that EC2 may assume, without rights. */
  async hostRole(RoleName: string): Promise<void> {
    const AssumeRolePolicyDocument = document({
      Effect: "Allow",
      Principal: { Service: "ec2.amazonaws.com" },
      Action: "sts:AssumeRole",
    });
    await new IAM(this.options(this.admin(sender))).createRole({ RoleName, AssumeRolePolicyDocument });
  }

  /** A session as an instance gets it. @param arn of its role */
  async instanceSession(arn: string): Promise<Session> {
    const source = new RoleCredentialsSource({ moto: this.moto.endpoint, imds: this.moto.keys.imds, region });
    const { AccessKeyId, SecretAccessKey, Token } = await source.get("i-1", arn);
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
  }

  /** A signed request. @param sent another body than the one that is signed */
  post(
    service: string,
    body: string,
    credentials: Session,
    { sent = body, headers = {} }: { readonly sent?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Response> {
    const { host } = new URL(this.endpoint);
    const request = { service, region, method: "POST", path: "/", body, headers: { host, ...headers } };
    const signed = aws4.sign(request, credentials);
    return fetch(`http://${host}/`, { method: "POST", body: sent, headers: signed.headers as Record<string, string> });
  }

  /** Clients of a session of the deploy role. */
  async deploying(account: string = sender): Promise<Clients> {
    return this.clients(await assume(this.clients(this.moto.keys.deployer).sts, roleArn(deployRole, account)));
  }

  /** A session of a new role, which the account's administrator makes, with these rights. */
  async roleWith(RoleName: string, rights: string, PermissionsBoundary?: string): Promise<Clients> {
    const admin = this.moto.keys.admins[sender] ?? assert.fail("no administrator");
    const { iam } = this.clients(admin);
    const Principal = { AWS: `arn:aws:iam::${tools}:user/deployer` };
    const AssumeRolePolicyDocument = document({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
    await iam.createRole({ RoleName, AssumeRolePolicyDocument, PermissionsBoundary });
    await iam.putRolePolicy({ RoleName, PolicyName: "rights", PolicyDocument: rights });
    const { iam: ofTools } = this.clients(this.moto.keys.admins[tools] ?? assert.fail("no administrator"));
    await ofTools.putUserPolicy({
      UserName: "deployer",
      PolicyName: "assumes",
      PolicyDocument: document({ Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" }),
    });
    return this.clients(await assume(this.clients(this.moto.keys.deployer).sts, roleArn(RoleName)));
  }
}

/** Every right that there is. */
export const everything = document({ Effect: "Allow", Action: "*", Resource: "*" });

/** Refused by AWS because a right is missing, with the service's own word for it. */
export const refused = (call: Promise<unknown>, why = /is not authorized to perform/) =>
  assert.rejects(call, ({ name, message }: Error) => {
    assert.match(name, /^AccessDenied(Exception)?$|^UnauthorizedOperation$/, message);
    assert.match(message, why);
    return true;
  });
