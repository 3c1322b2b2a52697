import { runOnHost, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { printFigures } from "./figures.ts";

/** Runs on the host: the kernel's resource usage of an ended child (getrusage(2)). */
const script = `
import json, resource, subprocess, sys, time
before = resource.getrusage(resource.RUSAGE_CHILDREN)
started = time.monotonic()
subprocess.run(["/opt/metrics-link/bin/agent", "run"], check=True, stdout=subprocess.DEVNULL)
wall = time.monotonic() - started
after = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({"wall": wall, "cpu": cpu, "mebibytes": after.ru_maxrss / 1024}))
`;

/** The cost of an agent run with nothing to do; the timer starts one about every minute. */
export async function idle(sandbox: Sandbox, runs: number): Promise<void> {
  for (const host of ["sender", "receiver"]) {
    const figures: { readonly wall: number; readonly cpu: number; readonly mebibytes: number }[] = [];
    for (let run = 0; run < runs; run += 1) {
      figures.push(JSON.parse(await runOnHost(sandbox, host, ["python3", "-c", script])));
    }
    const all = (key: "wall" | "cpu" | "mebibytes") => figures.map((one) => one[key]);
    printFigures(`agent of the ${host}, nothing to do: wall time`, "s", all("wall"));
    printFigures(`agent of the ${host}, nothing to do: CPU time`, "s", all("cpu"));
    printFigures(`agent of the ${host}, nothing to do: most memory`, "MiB", all("mebibytes"));
  }
}
