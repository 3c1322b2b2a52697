import { type Run, releaseOf } from "../run.ts";
import { bringServicesTo } from "../services.ts";

/** Makes the services run on the release that is now in force, each as gently as its change allows. */
export async function handOver(run: Run): Promise<void> {
  await bringServicesTo(run, { id: run.target, release: releaseOf(run) }, () => !run.force);
}
