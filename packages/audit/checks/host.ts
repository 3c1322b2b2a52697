import { scrapedListeners } from "@metrics-link/config";
import { firstUnprivilegedPort, ports } from "@metrics-link/release";
import type { Finding } from "@metrics-link/report";
import type { StackEvidence } from "../evidence.ts";
import { both, judge, unlike, within } from "../judge.ts";

/** What runs on the host, compared with its release. */
export function hostFindings(stack: StackEvidence, now: string): Finding[] {
  return [
    releaseFinding(stack),
    filesFinding(stack),
    programsFinding(stack),
    agentFinding(stack, now),
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
      ...(found.inForce === release.id ? [] : [`${found.inForce} is in force, but the state has ${release.id}`]),
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
            .map(([path, is]) => `${path} is ${found[path] ?? "missing"}, but the release says ${is}`),
          ...foreign.map((path) => `${path} does not belong to the release`),
        ],
        fine: `${wanted.length} files with the content, owner and mode of the release, and no others`,
      };
    },
  );
}

/** The programs as they run, by `/proc`: a file that was replaced under a running program shows. */
function programsFinding({ host }: StackEvidence): Finding {
  const seen = both(
    within(host, ({ units }) => units),
    within(host, ({ tools }) => tools),
  );
  const source = "the host's /proc and systemd, compared with the archives of the pinned hashes";
  return judge("programs that run", source, seen, ([units, tools]) => ({
    wrong: units.flatMap(({ unit, type, active, executable, sha256, dropIns }) => {
      const sealed = tools.map((tool) => tool.sealed?.[executable ?? ""]).find((hash) => hash !== undefined);
      return [
        ...(active === "active" ? [] : [`${unit} is ${active}`]),
        ...dropIns.map((path) => `${unit} is changed by ${path}`),
        ...(active !== "active" || type === "oneshot" || sealed === sha256
          ? []
          : [
              `${unit} runs ${executable ?? "an unknown program"} with the hash ${sha256}, not ${sealed ?? "a tool of the release"}`,
            ]),
      ];
    }),
    fine: units.map(({ unit }) => unit.replace(/\.service$/, "")).join(", "),
  }));
}

/** The agent runs each minute, and a host collects its evidence while the audit waits: both are of the last minutes. */
const oldestMinutes = 10;
const clockSkewMinutes = 1;

/** A time that a host gave, where it is not of the last minutes before the audit. */
function untimely(what: string, at: string, now: string): string[] {
  const age = (Date.parse(now) - Date.parse(at)) / 60_000;
  return age >= -clockSkewMinutes && age <= oldestMinutes ? [] : [`${what} is of ${at}, and the audit of ${now}`];
}

function agentFinding({ host, declared }: StackEvidence, now: string): Finding {
  const seen = both(
    within(host, ({ agent, takenAt }) => ("error" in agent ? agent : { value: { ...agent.value, takenAt } })),
    declared,
  );
  return judge("the last run of the agent", "the agent's own report", seen, ([agent, { release }]) => ({
    wrong: [
      ...untimely("the host's evidence", agent.takenAt, now),
      ...untimely("the agent's last run", agent.startedAt, now),
      ...(agent.outcome === "converged" ? [] : [`its outcome is ${agent.outcome}`]),
      ...agent.held.map((what) => `pending change: ${what}`),
      ...agent.driftedFiles.map((path) => `${path} differed from the release; the agent restored it`),
      ...unlike("the agent", [release.document.agent.sha256], [agent.agentSha256]),
    ],
    fine: `converged at ${agent.startedAt}, nothing differed from the release; agent ${agent.agentSha256.slice(0, 12)}`,
  }));
}

/** From outside the host only the two ports that the load balancer needs can be reached, and those that the configuration has for scrapers. */
function socketsFinding({ host, configuration }: StackEvidence): Finding {
  const seen = within(host, ({ listening }) => listening);
  const open: number[] = [
    ...(configuration.role === "receiver" ? [ports.ingest, ports.ready] : []),
    ...scrapedListeners(configuration).map(({ port }) => port),
  ];
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

/** What a compromised service could reach: only the agent may use the host's role. */
function fencesFinding({ host }: StackEvidence): Finding {
  const seen = within(host, ({ fences }) => fences);
  const source = "attempts on the host under each unit's lists, and the kernel's packet counters";
  return judge("what services reach", source, seen, ({ units, unfenced, unprivilegedPortStart }) => ({
    wrong: [
      ...(unfenced.metadata && unfenced.bind
        ? []
        : ["attempts without any list failed too, so the attempts under the units' lists prove nothing"]),
      ...units.flatMap(({ unit, metadata, bind, counted, stale }) => [
        ...(metadata ? [`${unit} could ask the metadata service for the host's role`] : []),
        ...(bind ? [`${unit} could listen on a port that it does not list`] : []),
        ...(counted ? [] : [`no filter sees the packets of ${unit}: its lists are not in force`]),
        ...(stale ? [`systemd runs ${unit} by an older unit file: systemctl daemon-reload is missing`] : []),
      ]),
      ...(unprivilegedPortStart >= firstUnprivilegedPort
        ? []
        : [`any user may bind ports from ${unprivilegedPortStart}, not from ${firstUnprivilegedPort}`]),
    ],
    fine:
      `${units.map(({ unit }) => unit.replace(/\.service$/, "")).join(", ")}: no metadata service, no port but ` +
      `their own; other users cannot bind ports below ${unprivilegedPortStart}`,
  }));
}
