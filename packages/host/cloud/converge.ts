import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/**
 * Asks the host, over Systems Manager, to run a release, and waits for its word; the update fails with that word if the
 * host did not get there. Runs again whenever the release or the instance is another one: a changed environment makes
 * an update, and without an `update` command of its own `create` runs again. There is no secret in it.
 */
export function converge(
  name: string,
  args: {
    readonly region: string;
    readonly assumeRole: string | undefined;
    readonly instanceId: pulumi.Input<string>;
    readonly releaseId: pulumi.Input<string>;
    /** The beginning of a release's id: that one, and no later one, does not wait for a backlog. */
    readonly forceRelease: string | undefined;
    readonly deadlineSeconds: number;
  },
  options: pulumi.CustomResourceOptions,
): command.local.Command {
  // Relative, so that the same stack gives the same inputs wherever the repository lies.
  const script = relative(process.cwd(), fileURLToPath(new URL("../converge/main.ts", import.meta.url)));
  return new command.local.Command(
    `${name}-converge`,
    {
      create: `node ${script}`,
      environment: {
        METRICS_LINK_REGION: args.region,
        METRICS_LINK_ASSUME_ROLE: args.assumeRole ?? "",
        METRICS_LINK_INSTANCE_ID: args.instanceId,
        METRICS_LINK_RELEASE_ID: args.releaseId,
        METRICS_LINK_FORCE: pulumi
          .output(args.releaseId)
          .apply((id) => `${args.forceRelease !== undefined && id.startsWith(args.forceRelease)}`),
        METRICS_LINK_DEADLINE_SECONDS: `${args.deadlineSeconds}`,
      },
      addPreviousOutputInEnv: false,
    },
    options,
  );
}
