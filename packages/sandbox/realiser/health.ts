/** Health checks of load balancer targets, sent from inside each VPC by the address of a load balancer node. */

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadBalancer, LoadBalancerListener, Topology, Vpc } from "../model/topology.ts";
import { inNamespace } from "./command.ts";
import type { NamespaceNames } from "./names.ts";
import { subnetOf } from "./network/attachments.ts";
import { type HealthyTargets, targetKey } from "./network/load-balancer.ts";

export interface HealthCheck {
  /** `targetKey` of the target. */
  readonly key: string;
  readonly protocol: "TCP" | "HTTP";
  readonly address: string;
  readonly port: number;
  readonly path: string;
  /** The load balancer node that asks. */
  readonly localAddress: string;
  readonly intervalSeconds: number;
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** AWS's own words for a target's state (elbv2 DescribeTargetHealth). */
type TargetState = "initial" | "healthy" | "unhealthy";

export interface TargetHealth {
  readonly targetGroupId: string;
  readonly instanceId: string;
  readonly state: TargetState;
  /** What the last failed check met. */
  readonly reason?: string;
}

interface Report {
  readonly key: string;
  readonly state: TargetState;
  readonly reason?: string;
}

/** HealthCheckTimeoutSeconds of elbv2: the defaults of network load balancers. */
const timeoutSeconds = { TCP: 10, HTTP: 6 } as const;

/** The checks that a VPC's load balancers make. A target is asked by the node of its zone, else by the first node. */
export function healthChecks(vpc: Vpc): HealthCheck[] {
  const ofTarget = (balancer: LoadBalancer, { target }: LoadBalancerListener, instanceId: string): HealthCheck[] => {
    const instance = vpc.instances.find(({ id }) => id === instanceId);
    if (!instance) return [];
    const { zone } = subnetOf(vpc, instance);
    const node = balancer.nodes.find((it) => it.zone === zone) ?? balancer.nodes[0];
    if (!node) return [];
    const { protocol, port, path = "/", intervalSeconds, healthyThreshold, unhealthyThreshold } = target.healthCheck;
    return [
      {
        key: targetKey(target.id, instanceId),
        protocol,
        address: instance.privateAddress,
        port,
        path,
        localAddress: node.privateAddress,
        intervalSeconds,
        timeoutMs: Math.min(timeoutSeconds[protocol], intervalSeconds) * 1000,
        healthyThreshold,
        unhealthyThreshold,
      },
    ];
  };
  const checks = vpc.loadBalancers.flatMap((balancer) =>
    balancer.listeners.flatMap((listener) =>
      listener.target.instanceIds.flatMap((id) => ofTarget(balancer, listener, id)),
    ),
  );
  return [...new Map(checks.map((check) => [check.key, check])).values()];
}

/** Keeps one checker in each VPC with targets, and what they found. */
export class HealthMonitor {
  readonly #names: NamespaceNames;
  readonly #changed: () => void;
  readonly #checkers = new Map<string, ChildProcess>();
  readonly #reports = new Map<string, Report>();
  #topology: Topology | undefined;

  /** `changed` is called when a target became healthy or unhealthy. */
  constructor(names: NamespaceNames, changed: () => void) {
    this.#names = names;
    this.#changed = changed;
  }

  /** Checks the targets of the topology from now on; targets that stay keep their state. */
  follow(topology: Topology): void {
    this.#topology = topology;
    const keys = new Set<string>();
    for (const vpc of topology.vpcs) {
      const checks = healthChecks(vpc);
      for (const { key } of checks) keys.add(key);
      if (checks.length === 0) this.#end(vpc.id);
      else this.#checker(vpc.id).send(checks);
    }
    for (const id of this.#checkers.keys()) if (!topology.vpcs.some((vpc) => vpc.id === id)) this.#end(id);
    for (const key of this.#reports.keys()) if (!keys.has(key)) this.#reports.delete(key);
  }

  healthy(): HealthyTargets {
    return new Set([...this.#reports.values()].filter(({ state }) => state === "healthy").map(({ key }) => key));
  }

  states(): TargetHealth[] {
    const targets = (this.#topology?.vpcs ?? [])
      .flatMap(({ loadBalancers }) => loadBalancers)
      .flatMap(({ listeners }) => listeners)
      .flatMap(({ target }) => target.instanceIds.map((instanceId) => ({ targetGroupId: target.id, instanceId })));
    return targets.map((target) => {
      const report = this.#reports.get(targetKey(target.targetGroupId, target.instanceId));
      const reason = report?.reason === undefined ? {} : { reason: report.reason };
      return { ...target, state: report?.state ?? "initial", ...reason };
    });
  }

  stop(): void {
    this.#topology = undefined;
    for (const id of [...this.#checkers.keys()]) this.#end(id);
  }

  #checker(vpcId: string): ChildProcess {
    const present = this.#checkers.get(vpcId);
    if (present) return present;
    const program = fileURLToPath(new URL("health-checker.mjs", import.meta.url));
    const [file = "", ...rest] = inNamespace(this.#names.vpc(vpcId), [process.execPath, program]);
    const checker = spawn(file, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#checkers.set(vpcId, checker);
    checker.on("message", (report: Report) => {
      // A checker that was told to end may still have something to say.
      if (this.#checkers.get(vpcId) !== checker) return;
      this.#reports.set(report.key, report);
      this.#changed();
    });
    checker.once("error", (error) => console.error(`health checks of ${vpcId} cannot run: ${error.message}`));
    checker.once("exit", (code, signal) => {
      if (this.#checkers.get(vpcId) !== checker) return;
      console.error(`health checks of ${vpcId} ended with ${code ?? signal}; they start again`);
      this.#checkers.delete(vpcId);
      const topology = this.#topology;
      if (topology) setTimeout(() => this.#topology === topology && this.follow(topology), 1000).unref();
    });
    return checker;
  }

  #end(vpcId: string): void {
    const checker = this.#checkers.get(vpcId);
    this.#checkers.delete(vpcId);
    if (checker?.connected) checker.disconnect();
  }
}
