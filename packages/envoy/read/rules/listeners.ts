import { hostPaths, ports } from "@metrics-link/release";
import { isService } from "../schema/services.ts";
import type { Fault } from "../trust.ts";
import type { Listener, Role, View } from "../view.ts";
import { type Rule, roleOf } from "./rule.ts";

/** Pages that the admin socket may serve: health, counters, certificates, configuration and draining. */
const pages = [
  "/ready",
  "/server_info",
  "/certs",
  "/clusters",
  "/config_dump",
  "/healthcheck/fail",
  "/drain_listeners",
];
const counters = "/stats";

export const adminIsLocal: Rule = {
  id: "admin-is-local",
  fence: "client identity",
  rule: "Envoy's admin interface is a Unix socket and serves only the pages that the host needs.",
  reason: "Anyone who reaches it from another host can stop Envoy or read its whole configuration.",
  remedy: `Set admin.address to the pipe ${hostPaths.envoyAdminSocket} with mode 0660, and list the needed pages in allow_paths.`,
  source: "docs/architecture.md, Three fences; Envoy's documentation, Administration interface",
  *check({ admin }) {
    const address = admin.at("address");
    const socket = address.at("socket_address");
    const shown = socket.exists ? `${socket.at("address").text}:${socket.at("port_value").number}` : address.shown;
    const pipe = address.at("pipe");
    if (pipe.at("path").text !== hostPaths.envoyAdminSocket) {
      yield { path: address.path, message: `${shown} instead of a Unix socket at ${hostPaths.envoyAdminSocket}` };
    } else if (pipe.at("mode").number !== 0o660) {
      yield { path: pipe.at("mode").path, message: `${pipe.at("mode").shown} instead of ${0o660} (0660)` };
    }
    const allowed = admin.at("allow_paths");
    if (allowed.items.length === 0) yield { path: allowed.path, message: "it is empty, so every page is served" };
    for (const page of allowed.items) {
      const [exact, prefix] = [page.at("exact").text, page.at("prefix").text];
      const fine = page.keys.length === 1 && (pages.includes(exact ?? "") || prefix === counters);
      if (!fine)
        yield { path: page.path, message: `it allows ${exact ?? prefix ?? page.shown}, which the host does not need` };
    }
  },
};

export const listenersAreKnown: Rule = {
  id: "listeners-are-known",
  fence: "client identity",
  rule: `Apart from metrics services, a sender's Envoy has no public listener. A receiver's has two: TLS on ${ports.ingest}, and ${ports.ready}, which forwards nothing.`,
  reason: "An extra listener, or one without TLS, bypasses the client certificate.",
  remedy: "Bind the listener to 127.0.0.1, or give its chains on the ingest port a DownstreamTlsContext.",
  source: "docs/architecture.md, Three fences",
  *check(view, facts) {
    const role = roleOf(view, facts);
    if (view.role !== undefined && view.role !== role) {
      const { path } = view.place.at("node", "cluster");
      yield { path, message: `metrics-link-${view.role} instead of metrics-link-${role}` };
    }
    for (const listener of view.listeners.filter(({ name }) => !isService(name))) {
      yield* listener.address.isLocal ? onLoopback(listener, role) : fromOutside(listener, role);
    }
  },
};

function* onLoopback({ name, address }: Listener, role: string | undefined): Generator<Fault> {
  const allowed: readonly number[] =
    role === "sender" ? [ports.remoteWriteEgress, ports.envoyMetrics] : [ports.envoyMetrics];
  if (address.host === "127.0.0.1" && allowed.includes(address.port ?? 0)) return;
  yield {
    path: address.place.path,
    message: `listener ${name} on ${address.shown} is not one of this host's listeners (127.0.0.1, port ${allowed.join(" or ")})`,
  };
}

function* fromOutside({ name, place, address, chains }: Listener, role: string | undefined): Generator<Fault> {
  // The PROXY protocol filter would let a client choose its source address. Any filter holds connections that no chain counts yet.
  for (const filter of place.at("listener_filters").items) {
    const called = filter.at("name").text ?? "without a name";
    yield { path: filter.path, message: `listener ${name}: the listener filter ${called} is not known` };
  }
  const allowed: readonly number[] = role === "receiver" ? [ports.ingest, ports.ready] : [];
  if (!allowed.includes(address.port ?? 0) || address.host !== "0.0.0.0") {
    yield {
      path: address.place.path,
      message: `listener ${name} on ${address.shown} is public (allowed: ${allowed.map((port) => `0.0.0.0:${port}`).join(", ") || "none"})`,
    };
  }
  for (const chain of chains) {
    if (chain.tls === undefined && (chain.leads || address.port !== ports.ready)) {
      yield {
        path: chain.place.at("transport_socket").path,
        message: `listener ${name}, filter chain ${chain.name}: public without TLS`,
      };
    }
  }
}

/** What each side always has, and what it has once there is a link: all of it or none. */
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
    // On a machine without a link, metrics services are all that there is.
    service: {
      listeners: { always: ["metrics"], linked: [] },
      clusters: { always: ["admin"], linked: [] },
    },
  };

export const listenersAreComplete: Rule = {
  id: "listeners-are-complete",
  fence: "client identity",
  rule: "Each side has every listener and cluster of its role exactly once, including those for health and metrics.",
  reason:
    "Without the ready listener the load balancer sends no traffic. Without the metrics listener no alert about this Envoy fires. Without egress the queue fills.",
  remedy:
    "Render ready and metrics on a receiver, metrics on a sender, and egress with cluster receiver once the sender is linked.",
  source: "docs/architecture.md, The way of a sample",
  *check(view, facts) {
    const role = roleOf(view, facts);
    if (role === undefined) return;
    const names = {
      listeners: view.listeners.map(({ name }) => name),
      clusters: view.clusters.map(({ name }) => name),
    };
    // The gate stands between Envoy and Prometheus, or nothing does.
    const standIn = (name: string) => (name === "prometheus" && names.clusters.includes("gate") ? "gate" : name);
    const linked = (["listeners", "clusters"] as const).some((kind) =>
      parts[role][kind].linked.some((name) => names[kind].includes(name)),
    );
    for (const kind of ["listeners", "clusters"] as const) {
      const { always, linked: more } = parts[role][kind];
      const wanted = linked ? [...always, ...more] : always;
      yield* eachOnce(view, kind, names[kind], wanted.map(standIn));
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
    yield { path, message: `${name} appears ${found.filter((one) => one === name).length} times` };
  }
}
