/** Runs a Pulumi program: the `Run` call. */
import messages from "@pulumi/pulumi/proto/language_pb.js";
import { ended, spawnNode } from "./child.ts";
import { locateModule } from "./modules.ts";
import { optionsEnvironment, parseOptions } from "./options.ts";

/** The exit code by which @pulumi/pulumi says that it has shown the user what is wrong. */
const EXIT_AFTER_MESSAGE = 32;

type RunRequest = InstanceType<typeof messages.RunRequest>;
type RunResponse = InstanceType<typeof messages.RunResponse>;

/**
 * @param engine host:port of the engine
 * @param signal aborted when the update is cancelled
 */
export async function runProgram(request: RunRequest, engine: string, signal: AbortSignal): Promise<RunResponse> {
  const response = new messages.RunResponse();
  const info = request.getInfo();
  if (info === undefined)
    return response.setError("the request has no program information: is the CLI older than 3.100?");
  if (request.getAttachDebugger()) return response.setError("this language host cannot attach a debugger");
  const options = parseOptions((info.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>);
  const runner = locateModule("@pulumi/pulumi/cmd/run", info.getProgramDirectory());
  const child = spawnNode({
    arguments: [...options.nodeargs, runner, ...runArguments(request, engine)],
    env: {
      ...process.env,
      ...optionsEnvironment(options),
      PULUMI_CONFIG: JSON.stringify(legacyKeys(request.getConfigMap().getEntryList())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    signal,
  });
  child.stdout.pipe(process.stdout, { end: false });
  child.stderr.pipe(process.stderr, { end: false });
  const exit = await ended(child);
  if (exit === 0) return response;
  if (exit === EXIT_AFTER_MESSAGE) return response.setBail(true);
  const how = typeof exit === "number" ? `exited with non-zero exit code: ${exit}` : `was ended by ${exit}`;
  return response.setError(`Program ${how}`);
}

function runArguments(request: RunRequest, engine: string): string[] {
  const info = request.getInfo();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: info?.getProgramDirectory() ?? "",
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(flags).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}

/** The SDK reads configuration keys in their old form, `namespace:config:name`. */
function legacyKeys(config: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(
    config.map(([key, value]) => {
      const [namespace, ...name] = key.split(":");
      return [`${namespace}:config:${name.at(0) === "config" ? name.slice(1).join(":") : name.join(":")}`, value];
    }),
  );
}
