/**
 * The Systems Manager agent of each host, as far as network and permissions matter: it registers and pings from the
 * host's address, through the VPC's endpoints and security groups, with the instance role's credentials. If the
 * endpoint, a security group or the role forbids that, the host is not online, as in AWS.
 */
import https from "node:https";
import tls from "node:tls";
import { LinkError } from "@metrics-link/contract";
import aws4 from "aws4";
import type { Instance, Topology, Vpc } from "../../model/topology.ts";
import { namespaces } from "../../realiser/names.ts";
import { connectTcp } from "../../realiser/namespace-socket.ts";
import { timedOut } from "../../realiser/until.ts";
import { lookUp } from "../dns/firewall.ts";
import { readAll } from "../front/forward.ts";
import type { RoleCredentialsSource } from "../imds/credentials.ts";

export interface AgentsOptions {
  readonly layout: { readonly tag: string };
  readonly credentials: RoleCredentialsSource;
  /** PEM of the sandbox's authority. */
  readonly authority: string;
  readonly booted: (instance: Instance) => boolean;
  /** Called when a host is found off; it registers again after its next boot. */
  readonly onOff: (instanceId: string) => void;
  readonly log: (line: string) => void;
}

const tickMs = 500;
const pingEveryMs = 60_000;
const retryAfterMs = 3_000;
const connectTimeoutMs = 3_000;

export class Agents {
  readonly #options: AgentsOptions;
  readonly #due = new Map<string, number>();
  readonly #complaints = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #topology: Topology = { vpcs: [], internetHosts: [], prefixLists: {} };

  constructor(options: AgentsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  reconcile(topology: Topology): void {
    this.#topology = topology;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    for (const vpc of this.#topology.vpcs) {
      for (const instance of vpc.instances) {
        if (!this.#options.booted(instance)) {
          if (this.#due.delete(instance.id)) this.#options.onOff(instance.id);
        } else if ((this.#due.get(instance.id) ?? 0) <= Date.now()) {
          this.#due.set(instance.id, Date.now() + pingEveryMs);
          void this.#ping(vpc, instance);
        }
      }
    }
  }

  async #ping(vpc: Vpc, instance: Instance): Promise<void> {
    try {
      if (instance.roleArn === undefined) throw new LinkError("SANDBOX_REFUSED", { what: "the instance has no role" });
      const { AccessKeyId, SecretAccessKey, Token } = await this.#options.credentials.get(
        instance.id,
        instance.roleArn,
      );
      // Commands arrive through this service; without it an agent registers but gets none.
      (await this.#connect(vpc, instance, `ssmmessages.${vpc.region}.amazonaws.com`)).destroy();
      const host = `ssm.${vpc.region}.amazonaws.com`;
      const request = aws4.sign(
        {
          host,
          path: "/",
          method: "POST",
          service: "ssm",
          region: vpc.region,
          headers: {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AmazonSSM.UpdateInstanceInformation",
          },
          body: JSON.stringify({ InstanceId: instance.id, AgentName: "amazon-ssm-agent", AgentStatus: "Active" }),
        },
        { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token },
      );
      await send(await this.#connect(vpc, instance, host), request);
      this.#complaints.delete(instance.id);
    } catch (error) {
      this.#due.set(instance.id, Date.now() + retryAfterMs);
      this.#complain(instance.id, (error as Error).message);
    }
  }

  async #connect(vpc: Vpc, instance: Instance, name: string): Promise<tls.TLSSocket> {
    const [host] = lookUp(this.#topology, vpc, name) ?? [];
    if (host === undefined) throw new LinkError("SANDBOX_REFUSED", { what: `${name} does not resolve` });
    const socket = await connectTcp(namespaces(this.#options.layout).instance(instance.id), {
      host,
      port: 443,
      timeoutMs: connectTimeoutMs,
    });
    return await new Promise((done, fail) => {
      const secured = tls.connect({ socket, servername: name, ca: this.#options.authority }, () => done(secured));
      secured.once("error", (error) => {
        fail(new LinkError("API_ERROR", { what: `${name} (${host}): ${error.message}`, cause: error }));
      });
    });
  }

  /** Once for each new reason: the agent tries again every few seconds. */
  #complain(instanceId: string, reason: string): void {
    if (this.#complaints.get(instanceId) === reason) return;
    this.#complaints.set(instanceId, reason);
    this.#options.log(`agent of ${instanceId}: ${reason}`);
  }
}

function send(socket: tls.TLSSocket, { path, method, headers, body }: aws4.Request): Promise<void> {
  return new Promise((done, fail) => {
    const request = https.request({
      createConnection: () => socket,
      ...(path && { path }),
      ...(method && { method }),
      headers: headers as Record<string, string>,
    });
    const late = () => request.destroy(timedOut("Systems Manager to answer", connectTimeoutMs));
    request.setTimeout(connectTimeoutMs, late);
    request.once("error", fail);
    request.once("response", (response) => {
      readAll(response).then((text) => {
        socket.destroy();
        if (response.statusCode === 200) done();
        else fail(new LinkError("API_ERROR", { what: `Systems Manager answered ${response.statusCode}: ${text}` }));
      }, fail);
    });
    request.end(body);
  });
}
