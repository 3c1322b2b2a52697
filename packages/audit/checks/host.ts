import { firstUnprivilegedPort, ports } from "@metrics-link/release";
import type { Finding } from "@metrics-link/report";
import type { StackEvidence } from "../evidence.ts";
import { both, judge, unlike, within } from "../judge.ts";

/** What runs on the host, against the release that it should run. */
export function hostFindings(stack: StackEvidence): Finding[] {
  return [
    releaseFinding(stack),
    filesFinding(stack),
    programsFinding(stack),
    agentFinding(stack),
    socketsFinding(stack),
    fencesFinding(stack),
  ];
}

function releaseFinding({ host, declared }: StackEvidence): Finding {
  const seen = both(
    within(host, ({ release }) => release),
    declared,
  );
  return judge("the release in force", "the host's disk, compared with the state", seen, ([found, { release }]) => ({
    wrong: [
      ...(found.inForce === release.id ? [] : [`${found.inForce} is in force, the state has ${release.id}`]),
      ...(found.documentSha256 === found.inForce ? [] : [`its document has the hash ${found.documentSha256}`]),
    ],
    fine: release.id,
  }));
}

function filesFinding({ host, declared }: StackEvidence): Finding {
  const seen = both(
    within(host, ({ files }) => files),
    declared,
  );
  return judge(
    "files of the release",
    "the host's disk, compared with the state",
    seen,
    ([{ found, foreign }, state]) => {
      const { files, secrets } = state.release.document;
      const wanted = [
        ...files.map(({ path, sha256, mode, owner, group }) => [path, `${sha256} ${mode} ${owner}:${group}`] as const),
        ...secrets.map(({ path, mode, owner, group }) => [path, `${mode} ${owner}:${group}`] as const),
      ];
      return {
        wrong: [
          ...wanted
            .filter(([path, is]) => found[path] !== is)
            .map(([path, is]) => `${path} is ${found[path] ?? "not there"}, the release says ${is}`),
          ...foreign.map((path) => `${path} does not belong there`),
        ],
        fine: `${wanted.length} files with the content, owner and mode that the release says, and no other`,
      };
    },
  );
}

/** The programs as they run, followed through `/proc`: a file that was replaced while one runs shows. */
function programsFinding({ host }: StackEvidence): Finding {
  const seen = both(
    within(host, ({ units }) => units),
    within(host, ({ tools }) => tools),
  );
  const source = "the host's /proc and systemd, compared with what was unpacked from archives of the pinned hash";
  return judge("programs that run", source, seen, ([units, tools]) => ({
    wrong: units.flatMap(({ unit, type, active, executable, sha256, dropIns }) => {
      const sealed = tools.map((tool) => tool.sealed?.[executable ?? ""]).find((hash) => hash !== undefined);
      return [
        ...(active === "active" ? [] : [`${unit} is ${active}`]),
        ...dropIns.map((path) => `${unit} is changed by ${path}`),
        ...(active !== "active" || type === "oneshot" || sealed === sha256
          ? []
          : [
              `${unit} runs ${executable ?? "something unknown"} with the hash ${sha256}, not ${sealed ?? "a tool of the release"}`,
            ]),
      ];
    }),
    fine: units.map(({ unit }) => unit.replace(/\.service$/, "")).join(", "),
  }));
}

function agentFinding({ host, declared }: StackEvidence): Finding {
  const seen = both(
    within(host, ({ agent }) => agent),
    declared,
  );
  return judge("the last run of the agent", "the agent's own report", seen, ([agent, { release }]) => ({
    wrong: [
      ...(agent.outcome === "converged" ? [] : [`it ended with ${agent.outcome}`]),
      ...agent.held.map((what) => `waits: ${what}`),
      ...agent.driftedFiles.map((path) => `${path} had been changed by hand and was put back`),
      ...unlike("the agent", [release.document.agent.sha256], [agent.agentSha256]),
    ],
    fine: `converged at ${agent.startedAt}, nothing changed by hand; agent ${agent.agentSha256.slice(0, 12)}`,
  }));
}

/** Whatever can be reached from outside the host is one of the two ports that the load balancer needs. */
function socketsFinding({ host, configuration }: StackEvidence): Finding {
  const seen = within(host, ({ listening }) => listening);
  const open: number[] = configuration.role === "receiver" ? [ports.ingest, ports.ready] : [];
  return judge("sockets that wait for connections", "the host's /proc/net", seen, (sockets) => {
    const outside = sockets.filter(({ address }) => !/^(127\.|::1$)/.test(address));
    return {
      wrong: outside
        .filter(({ port }) => !open.includes(port))
        .map(({ address, port }) => `port ${port} can be reached at ${address}`),
      fine:
        `${outside.map(({ port }) => port).join(", ") || "none"} from outside; on loopback ` +
        `${sockets
          .filter((one) => !outside.includes(one))
          .map(({ port }) => port)
          .join(", ")}`,
    };
  });
}

/** What a service could do if somebody else spoke by its mouth: the role of the host is the agent's alone. */
function fencesFinding({ host }: StackEvidence): Finding {
  const seen = within(host, ({ fences }) => fences);
  const source = "attempts on the host under each unit's lists, and the kernel's counters of its packets";
  return judge("what services reach", source, seen, ({ units, unfenced, unprivilegedPortStart }) => ({
    wrong: [
      ...(unfenced.metadata && unfenced.bind
        ? []
        : ["attempts under no list failed as well, so those of the units show nothing"]),
      ...units.flatMap(({ unit, metadata, bind, counted, stale }) => [
        ...(metadata ? [`${unit} could ask the metadata service for the host's role`] : []),
        ...(bind ? [`${unit} could listen on a port that it does not list`] : []),
        ...(counted ? [] : [`nothing looks at the packets of ${unit}: its lists are not in force`]),
        ...(stale ? [`systemd goes by an older file of ${unit}`] : []),
      ]),
      ...(unprivilegedPortStart >= firstUnprivilegedPort
        ? []
        : [`any user may take ports from ${unprivilegedPortStart} on, not from ${firstUnprivilegedPort}`]),
    ],
    fine:
      `${units.map(({ unit }) => unit.replace(/\.service$/, "")).join(", ")}: not the metadata service, no port but ` +
      `their own; ports below ${unprivilegedPortStart} are nobody else's`,
  }));
}
