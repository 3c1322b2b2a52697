/** Systems Manager's Run Command, for shell scripts on the sandbox's hosts. moto has authorised each call before. */
import { randomUUID } from "node:crypto";
import type { Instance } from "../../model/topology.ts";
import type { AuthorisedCall, Completion } from "../front/front.ts";
import { parseSendCommand, SsmError, strings } from "./input.ts";
import { type CommandRequest, Invocation, type ManagedHosts } from "./invocation.ts";
import { describeCommand, describeInformation, describeInvocation, listedInvocation } from "./output.ts";

interface Sent {
  readonly account: string;
  readonly region: string;
  readonly invocation: Invocation;
}

const onlineMs = 5 * 60_000;

/** Commands are remembered for as long as the world runs; AWS keeps them 30 days. */
export class RunCommand implements Completion {
  readonly service = "ssm";
  readonly operations = [
    "DescribeInstanceInformation",
    "SendCommand",
    "GetCommandInvocation",
    "ListCommandInvocations",
    "CancelCommand",
    "UpdateInstanceInformation",
  ];
  readonly #hosts: ManagedHosts;
  readonly #sent: Sent[] = [];
  readonly #pings = new Map<string, number>();

  constructor(hosts: ManagedHosts) {
    this.#hosts = hosts;
  }

  async complete(call: AuthorisedCall): Promise<{ status: number; body: unknown }> {
    try {
      return { status: 200, body: this.#perform(call) };
    } catch (error) {
      if (!(error instanceof SsmError)) throw error;
      return { status: 400, body: { __type: error.code, message: error.message } };
    }
  }

  #perform(call: AuthorisedCall): unknown {
    switch (call.operation) {
      case "DescribeInstanceInformation":
        return this.#describe(call);
      case "SendCommand":
        return this.#send(call);
      case "GetCommandInvocation":
        return describeInvocation(this.#find(call));
      case "ListCommandInvocations":
        return this.#list(call);
      case "CancelCommand":
        return this.#cancel(call);
      default:
        return this.#ping(call);
    }
  }

  /** An agent's ping, over the host's path through its VPC (see agents.ts). */
  #ping({ input }: AuthorisedCall): unknown {
    this.#pings.set(String(input.InstanceId), Date.now());
    return {};
  }

  /** As in Systems Manager, an agent is online if it runs and has pinged within five minutes. */
  online(instance: Instance): boolean {
    const heard = this.#pings.get(instance.id);
    return heard !== undefined && Date.now() - heard < onlineMs && this.#hosts.booted(instance);
  }

  /** Forgets the agent of a host that was switched off: after a boot it must register again. */
  forget(instanceId: string): void {
    this.#pings.delete(instanceId);
  }

  #describe({ account, region, input }: AuthorisedCall): unknown {
    const filters = (input.Filters ?? input.InstanceInformationFilterList ?? []) as Record<string, unknown>[];
    const wanted = filters.map((filter) => ({
      key: String(filter.Key ?? filter.key),
      values: strings(filter.Values ?? filter.valueSet),
    }));
    for (const { key } of wanted) {
      if (key !== "InstanceIds" && key !== "PingStatus") {
        throw new SsmError("InvalidInstanceInformationFilterValue", `the sandbox knows no filter ${key}`);
      }
    }
    const known = this.#hosts.instances(account, region).flatMap((instance) => {
      const heard = this.#pings.get(instance.id);
      if (heard === undefined) return [];
      return [describeInformation(instance, region, { online: this.online(instance), heard: new Date(heard) })];
    });
    const passes = (item: { InstanceId: string; PingStatus: string }) =>
      wanted.every(({ key, values }) => values.includes(key === "InstanceIds" ? item.InstanceId : item.PingStatus));
    return { InstanceInformationList: known.filter(passes) };
  }

  #send({ account, region, input }: AuthorisedCall): unknown {
    const { instanceIds, ...given } = parseSendCommand(input);
    const request: CommandRequest = { commandId: randomUUID(), ...given };
    const instances = instanceIds.map((id) => this.#managed(account, region, id));
    const invocations = instances.map((instance) => new Invocation(request, instance));
    for (const invocation of invocations) {
      this.#sent.push({ account, region, invocation });
      void invocation.run(this.#hosts);
    }
    return { Command: describeCommand(request, invocations) };
  }

  /** AWS refuses the whole command if one instance is unknown or its agent does not answer. */
  #managed(account: string, region: string, id: string): Instance {
    const instance = this.#hosts.instances(account, region).find((one) => one.id === id);
    if (instance === undefined || !this.online(instance)) {
      throw new SsmError("InvalidInstanceId", `Instances [[${id}]] not in a valid state for account ${account}`);
    }
    return instance;
  }

  #own({ account, region }: AuthorisedCall): Invocation[] {
    return this.#sent.filter((one) => one.account === account && one.region === region).map((one) => one.invocation);
  }

  #find(call: AuthorisedCall): Invocation {
    const { CommandId, InstanceId } = call.input;
    const found = this.#own(call).find((one) => one.request.commandId === CommandId && one.instance.id === InstanceId);
    if (found === undefined) throw new SsmError("InvocationDoesNotExist", "");
    return found;
  }

  #list(call: AuthorisedCall): unknown {
    const { CommandId, InstanceId, Details, Filters } = call.input;
    if (Filters !== undefined) throw new SsmError("InvalidFilterKey", "the sandbox takes no filters here");
    const listed = this.#own(call).filter(
      ({ request, instance }) =>
        (CommandId === undefined || request.commandId === CommandId) &&
        (InstanceId === undefined || instance.id === InstanceId),
    );
    return { CommandInvocations: listed.map((one) => listedInvocation(one, Details === true)) };
  }

  #cancel(call: AuthorisedCall): unknown {
    const ids = call.input.InstanceIds === undefined ? undefined : strings(call.input.InstanceIds);
    const own = this.#own(call).filter(({ request }) => request.commandId === call.input.CommandId);
    if (own.length === 0) throw new SsmError("InvalidCommandId", "");
    for (const invocation of own)
      if (ids === undefined || ids.includes(invocation.instance.id)) invocation.cancel(this.#hosts);
    return {};
  }
}
