import type { Finding } from "@metrics-link/report";
import type { Evidence, EvidenceOfAny, ExchangeEvidence } from "../evidence.ts";
import { check, fine, stops, warns } from "../judge.ts";

const pluginsFinding = ({ plugins }: EvidenceOfAny): Finding =>
  check("plugins", "PATH", plugins, (found) => {
    const missing = found.filter(({ path }) => path === undefined).map(({ name }) => name);
    const unknown = found.filter(({ path, pinned }) => path !== undefined && !pinned);
    const setUp = "run `npm run setup -- --deploy`, and put its folder of plugins first on PATH (docs/deploy.md)";
    if (missing.length > 0) return stops(`${missing.join(", ")} are not on PATH`, setUp);
    if (unknown.length > 0) {
      return stops(`nothing compared these with their pins: ${unknown.map(({ path }) => path).join(", ")}`, setUp);
    }
    return fine(found.map(({ name, version }) => `${name} ${version}`).join(", "));
  });

const wrongCertificates = (problems: readonly string[]) =>
  stops(problems.join("; "), "correct the folder of the ceremony (docs/pki.md)");

/** What this machine brings to the update of an exchange stack: plugins, and the roots that peers are shown. */
export const exchangeMachineFindings = (evidence: ExchangeEvidence): Finding[] => [
  pluginsFinding(evidence),
  ...(evidence.ceremony === undefined
    ? []
    : [
        check("certificates", "source control", evidence.ceremony, ({ signed, problems }) => {
          if (problems.length > 0) return wrongCertificates(problems);
          const { artefacts, roots } = evidence.configuration.pki;
          return signed
            ? fine(`${artefacts} has the roots of generation ${roots.join(", ")}`)
            : warns(
                `${artefacts} has not yet the roots of generation ${roots.join(", ")}: the update shows peers no contract`,
                "hold the ceremony (docs/pki.md), commit the folder, and update this stack",
              );
        }),
      ]),
];

/** What this machine brings to the update: plugins, tools for the host, certificates. */
export function machineFindings(evidence: Evidence): Finding[] {
  const { configuration, tools, ceremony } = evidence;
  return [
    pluginsFinding(evidence),
    check("tools for the host", "tools.json", tools, (problems) => {
      if (problems.length > 0)
        return stops(
          problems.join("; "),
          "run `npm run pin`, then `npm run setup -- --deploy`; the SSM agent is pinned by hand (docs/deploy.md, Pin the tools)",
        );
      return configuration.tools.acceptUnpinned
        ? warns("the stack accepts tools without pinned hashes", "remove metrics-link:tools.acceptUnpinned")
        : fine("each has its pinned hash");
    }),
    ceremony === undefined
      ? {
          subject: "certificates",
          source: "source control",
          ...warns("a trial: the root's key is in the state", "hold a ceremony before anything matters (docs/pki.md)"),
        }
      : check("certificates", "source control", ceremony, ({ signed, problems }) => {
          if (problems.length > 0) return wrongCertificates(problems);
          return signed
            ? fine("root and intermediate are signed, valid, and of this stack")
            : warns(
                "the intermediate is not signed yet: the first update makes a request and no host",
                "after it, hold the ceremony (docs/pki.md) and update again",
              );
        }),
  ];
}
