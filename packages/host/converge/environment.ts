/** What `pulumi up` says to this command, by its environment. */
export interface ConvergeRequest {
  readonly region: string;
  /** The deployer's own credentials are used when it names none. */
  readonly roleToAssume: string | undefined;
  readonly instanceId: string;
  readonly releaseId: string;
  /** Whether the host makes the changes at once that would otherwise wait for its backlog. */
  readonly force: boolean;
  readonly deadlineSeconds: number;
}

/** @throws Error naming the variable that is missing */
export function readEnvironment(environment: NodeJS.ProcessEnv): ConvergeRequest {
  const required = (name: string) => {
    const value = environment[name];
    if (value) return value;
    throw new Error(`${name} is not set: this command is run by pulumi up, not by hand`);
  };
  return {
    region: required("METRICS_LINK_REGION"),
    roleToAssume: environment.METRICS_LINK_ASSUME_ROLE || undefined,
    instanceId: required("METRICS_LINK_INSTANCE_ID"),
    releaseId: required("METRICS_LINK_RELEASE_ID"),
    force: required("METRICS_LINK_FORCE") === "true",
    deadlineSeconds: Number(required("METRICS_LINK_DEADLINE_SECONDS")),
  };
}
