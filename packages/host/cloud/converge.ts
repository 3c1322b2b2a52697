import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { AssumedRole } from "../converge/assumed-role.ts";

/**
 * Asks the host, through Systems Manager, to run a release, and waits for its status report. The update fails with that
 * report if the host does not converge. It runs again whenever the release or the instance changes: a changed environment
 * is an update, and without an `update` command `create` runs again. Nothing in it is secret.
 */
export function converge(
  name: string,
  args: {
    readonly region: string;
    readonly role: AssumedRole | undefined;
    readonly instanceId: pulumi.Input<string>;
    readonly releaseId: pulumi.Input<string>;
    /** The beginning of a release's id: only that release does not wait for the backlog. */
    readonly forceRelease: string | undefined;
    readonly deadlineSeconds: number;
  },
  options: pulumi.CustomResourceOptions,
): command.local.Command {
  // Relative, so that the inputs do not depend on where the repository is checked out.
  const script = relative(process.cwd(), fileURLToPath(new URL("../converge/main.ts", import.meta.url)));
  return new command.local.Command(
    `${name}-converge`,
    {
      create: `node ${script}`,
      environment: {
        METRICS_LINK_REGION: args.region,
        METRICS_LINK_ASSUME_ROLE: args.role?.roleArn ?? "",
        ...sessionOf(args.role),
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

/** Only what is set: another variable, even an empty one, would run the command anew. */
function sessionOf({ externalId, sessionName, seconds }: Partial<AssumedRole> = {}): Record<string, string> {
  return {
    ...(externalId === undefined ? {} : { METRICS_LINK_EXTERNAL_ID: externalId }),
    ...(sessionName === undefined ? {} : { METRICS_LINK_SESSION_NAME: sessionName }),
    ...(seconds === undefined ? {} : { METRICS_LINK_SESSION_SECONDS: `${seconds}` }),
  };
}
