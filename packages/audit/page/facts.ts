import type { HandshakeLine } from "@metrics-link/release";
import type { Markup, Part } from "@metrics-link/report/markup.ts";
import { daysLeft } from "../checks/certificates.ts";
import { runningOf } from "../checks/envoy.ts";
import type { AuditEvidence, StackEvidence } from "../evidence.ts";
import { both, within } from "../rows.ts";
import { h } from "./html.ts";
import { table } from "./table.ts";
import { code, shown } from "./words.ts";

const titled = (title: string, ...children: readonly Part[]) => h("section", "", h("h2", "", title), ...children);
const each = (stacks: readonly StackEvidence[], show: (stack: StackEvidence) => Part) =>
  stacks.map((stack) => h("div", "", h("p", "", h("strong", "", stack.stack)), show(stack)));

/** What each running Envoy lets through, route by route. */
export function routed({ stacks }: AuditEvidence): Markup {
  return titled(
    "What is routed",
    h("p", "quiet", "From the configuration that runs. Whatever matches no route is answered 404 by Envoy itself."),
    each(stacks, (stack) =>
      shown(runningOf(stack), ({ view }) =>
        table(
          ["Listener", "Filter chain", "Request", "Goes to"],
          view.listeners.flatMap(({ name, address, chains }) =>
            chains.flatMap((chain) =>
              chain.routes
                .filter(({ leads }) => leads)
                .map(({ method, path, cluster }) => [
                  `${name}, ${address.isLocal ? "this host only" : "from outside, by TLS"}`,
                  chain.name,
                  code(`${method ?? "any method"} ${path ?? "any path"}`),
                  cluster ?? "elsewhere",
                ]),
            ),
          ),
        ),
      ),
    ),
  );
}

/** The last that were let in, and the last that were not, in Envoy's own words. */
export function handshakes({ stacks }: AuditEvidence): Markup {
  return titled(
    "Last handshakes",
    h(
      "p",
      "quiet",
      "From Envoy's log of the last days. What fence 1 refuses never reaches a host, so no log of ours can tell of it.",
    ),
    each(stacks, ({ host }) => [
      shown(
        within(host, ({ handshakes: found }) => found),
        ({ accepted, refused, since }) =>
          table(
            ["Was", "When", "Who", "Why"],
            [
              ...accepted.map((line) => [
                h("span", "line fine", "accepted"),
                h("span", "line", line.start ?? ""),
                whoOf(line),
                resultOf(line),
              ]),
              ...(refused.length === 0 ? [["refused", `none since ${since}`, "", ""]] : []),
              ...refused.map((line) => [
                h("strong", "line", "refused"),
                h("span", "line", line.start ?? ""),
                whoOf(line),
                resultOf(line),
              ]),
            ],
          ),
      ),
      shown(
        within(host, ({ envoy }) => envoy),
        ({ counters, uptimeSeconds }) => {
          const told = Object.entries(counters).map(([name, count]) => `${name} ${count}`);
          return h(
            "p",
            "quiet",
            `Counters of the ${Math.round(uptimeSeconds)} s since Envoy's start: ${told.join(", ") || "all zero"}.`,
          );
        },
      ),
    ]),
  );
}

function whoOf(line: HandshakeLine): Part {
  const name = line.peer_san ?? line.upstream_san ?? line.peer_subject ?? "without a certificate";
  const serial = line.peer_serial ? `, serial ${line.peer_serial}` : "";
  return [`${name}${serial}`, h("span", "source", `${line.source ?? line.upstream ?? "address not told"}`)];
}

const resultOf = (line: HandshakeLine): string =>
  (Number(line.count) > 1 ? `${line.count} since ${line.first}: ` : "") +
  String(line.tls_failure ?? line.upstream_failure ?? (line.status ? `status ${line.status}` : (line.details ?? ""))) +
  (line.filter_chain ? `, filter chain ${line.filter_chain}` : "");

/** What runs, with version and hash. */
export function versions({ stacks }: AuditEvidence): Markup {
  return titled(
    "What runs",
    each(stacks, ({ host, declared }) => [
      shown(
        both(
          within(host, ({ units }) => units),
          within(host, ({ tools }) => tools),
        ),
        ([units, tools]) =>
          table(
            ["Unit", "Program", "SHA-256 of the running program", "Since"],
            units.map(({ unit, executable, sha256, since }) => {
              const tool = tools.find(({ sealed }) => sealed?.[executable ?? ""] !== undefined);
              return [
                unit,
                tool ? `${tool.name} ${tool.version}` : (executable ?? "none"),
                code(sha256 ?? "none"),
                since,
              ];
            }),
          ),
      ),
      shown(declared, ({ release }) =>
        h("p", "quiet", "Release ", code(release.id), ", agent ", code(release.document.agent.sha256)),
      ),
    ]),
  );
}

/** When each tier was last made anew, and what the last updates were. */
export function rotations({ stacks, takenAt }: AuditEvidence): Markup {
  return titled(
    "Last rotations",
    each(stacks, ({ host, pki, updates }) => [
      shown(
        both(
          within(host, ({ certificates }) => certificates),
          pki,
        ),
        ([{ chain, ownRoots }, { generations, leaf }]) =>
          table(
            ["Tier", "Generation", "Issued", "Until", "Fingerprint, SHA-256"],
            [
              ...chain.map((one, index) => ({
                one,
                tier: index === 0 ? "leaf" : "intermediate",
                generation:
                  index === 0
                    ? `${leaf?.generation ?? "?"}, renewed ${leaf?.renewal ?? 0} times`
                    : `${generations.intermediate}`,
              })),
              ...ownRoots.map((one) => ({ one, tier: "root", generation: /G(\d+)$/.exec(one.subject)?.[1] ?? "?" })),
            ].map(({ one, tier, generation }) => [
              tier,
              generation,
              one.notBefore,
              `${one.notAfter} (${Math.floor(daysLeft(one.notAfter, takenAt))} days)`,
              code(one.fingerprint),
            ]),
          ),
      ),
      shown(updates, (found) =>
        h(
          "p",
          "quiet",
          `Last updates: ${found.map(({ kind, result, endedAt }) => `${kind} ${result} ${endedAt}`).join("; ") || "none"}.`,
        ),
      ),
    ]),
  );
}

/** What the configuration allows itself to do otherwise than the policies say. */
export function deviations({ stacks }: AuditEvidence): Markup {
  const all = stacks.flatMap(({ stack, deviations: found }) => found.map((one) => ({ stack, ...one })));
  return titled(
    "Deviations from policies",
    table(
      ["Stack", "Policy", "Reason", "Until"],
      all.map(({ stack, policy, reason, until }) => [stack, policy, reason, until ?? "no end"]),
    ),
  );
}
