import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Release } from "@metrics-link/release";
import { stateDirectory } from "../../common/memory.ts";
import type { Effects } from "../effects.ts";
import type { Report } from "../report.ts";
import { at } from "../run.ts";
import { sha256OfFile } from "../seal.ts";

const properties = ["Type", "ActiveState", "ActiveEnterTimestamp", "FragmentPath", "DropInPaths", "MainPID"] as const;

/** The services of the release as systemd has them, and the programs that really run. */
export async function runningUnits(effects: Pick<Effects, "root" | "run">, { services }: Release) {
  return await Promise.all(
    services.map(async ({ unit }) => {
      const shown = properties.map((name) => `--property=${name}`);
      const { code, output } = await effects.run(["systemctl", "show", unit, ...shown], { timeoutMs: 10_000 });
      if (code !== 0) throw new Error(`systemctl show ${unit} ended with ${code}: ${output.trim()}`);
      const value = (name: (typeof properties)[number]) =>
        output
          .split("\n")
          .find((line) => line.startsWith(`${name}=`))
          ?.slice(name.length + 1) ?? "";
      const pid = value("MainPID");
      const link = at(effects, "/proc", pid, "exe");
      const executable = pid === "0" ? null : await readlink(link).catch(() => null);
      return {
        unit,
        type: value("Type"),
        active: value("ActiveState"),
        since: value("ActiveEnterTimestamp"),
        fragment: value("FragmentPath"),
        dropIns: value("DropInPaths")
          .split(" ")
          .filter((path) => path !== ""),
        executable,
        // By the link of /proc, also when the file has another name or none by now.
        sha256: executable === null ? null : await sha256OfFile(link),
      };
    }),
  );
}

/** What the agent said of its last run. */
export async function lastReport(effects: Pick<Effects, "root">) {
  const report = JSON.parse(await readFile(join(effects.root, stateDirectory, "status.json"), "utf8")) as Report;
  const { outcome, release, startedAt, releaseSince, agent, driftedFiles, held, rollbacks } = report;
  return {
    outcome,
    release: release ?? null,
    startedAt,
    releaseSince: releaseSince ?? null,
    agentSha256: agent,
    driftedFiles: [...driftedFiles],
    held: held.map(({ unit, reason }) => `${unit}: ${reason}`),
    rollbacks,
  };
}
