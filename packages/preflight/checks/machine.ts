import type { Finding } from "@metrics-link/report";
import type { Evidence } from "../evidence.ts";
import { check, fine, stops, warns } from "../judge.ts";

/** What this machine brings to the update: plugins, tools for the host, certificates. */
export function machineFindings({ configuration, plugins, tools, ceremony }: Evidence): Finding[] {
  return [
    check("plugins", "PATH", plugins, (found) => {
      const missing = found.filter(({ path }) => path === undefined).map(({ name }) => name);
      const unknown = found.filter(({ path, pinned }) => path !== undefined && !pinned);
      const setUp = "run `npm run setup -- --deploy`, and put its folder of plugins first on PATH (docs/deploy.md)";
      if (missing.length > 0) return stops(`${missing.join(", ")} are not on PATH`, setUp);
      if (unknown.length > 0) {
        return stops(`nothing compared these with their pins: ${unknown.map(({ path }) => path).join(", ")}`, setUp);
      }
      return fine(found.map(({ name, version }) => `${name} ${version}`).join(", "));
    }),
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
          if (problems.length > 0)
            return stops(problems.join("; "), "correct the folder of the ceremony (docs/pki.md)");
          return signed
            ? fine("root and intermediate are signed, valid, and of this stack")
            : warns(
                "the intermediate is not signed yet: the first update makes a request and no host",
                "after it, hold the ceremony (docs/pki.md) and update again",
              );
        }),
  ];
}
