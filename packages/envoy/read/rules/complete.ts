import type { Fault } from "../trust.ts";
import type { Role, View } from "../view.ts";
import { type Rule, roleOf } from "./rule.ts";

/** What each end has always, and what it has once there is a link: all of it or nothing. */
const parts: Readonly<Record<Role, Readonly<Record<"listeners" | "clusters", Record<"always" | "linked", string[]>>>>> =
  {
    receiver: {
      listeners: { always: ["ready", "metrics"], linked: ["ingest"] },
      clusters: { always: ["prometheus", "admin"], linked: [] },
    },
    sender: {
      listeners: { always: ["metrics"], linked: ["egress"] },
      clusters: { always: ["admin"], linked: ["receiver"] },
    },
  };

export const listenersAreComplete: Rule = {
  id: "listeners-are-complete",
  fence: "client identity",
  rule: "Each end has all listeners and clusters of its role, each once: also those that only say how it is.",
  reason:
    "Without the ready listener the load balancer sends nobody; without the metrics listener no alert about this Envoy fires; without egress the queue fills.",
  remedy:
    "Render ready and metrics at a receiver, metrics at a sender, and egress with the cluster receiver once it is linked.",
  source: "docs/architecture.md, The way of a sample",
  *check(view, facts) {
    const role = roleOf(view, facts);
    if (role === undefined) return;
    const names = {
      listeners: view.listeners.map(({ name }) => name),
      clusters: view.clusters.map(({ name }) => name),
    };
    const linked = (["listeners", "clusters"] as const).some((kind) =>
      parts[role][kind].linked.some((name) => names[kind].includes(name)),
    );
    for (const kind of ["listeners", "clusters"] as const) {
      const { always, linked: more } = parts[role][kind];
      yield* eachOnce(view, kind, names[kind], linked ? [...always, ...more] : always);
    }
  },
};

function* eachOnce(
  { place }: View,
  kind: "listeners" | "clusters",
  found: readonly string[],
  wanted: readonly string[],
): Generator<Fault> {
  const { path } = place.at("static_resources", kind);
  for (const name of wanted.filter((one) => !found.includes(one))) yield { path, message: `there is no ${name}` };
  for (const name of new Set(found.filter((one, index) => found.indexOf(one) < index))) {
    yield { path, message: `${name} is there ${found.filter((one) => one === name).length} times` };
  }
}
