/** The resources and functions of @pulumi/command 1.2.1 that run on this machine. */
import { randomBytes } from "node:crypto";
import { any, boolean, type Context, type Known, list, map, string, typesFor } from "../rpc/index.ts";
import { type CommandInputs, type CommandOutputs, type Logging, runCommand } from "./run.ts";

const { resource, invoke } = typesFor<undefined>();

const runInputs = {
  stdin: string(),
  logging: string({ oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] }),
  interpreter: list(string()),
  dir: string(),
  environment: map(string()),
  addPreviousOutputInEnv: boolean(),
};

const commandInputs = {
  ...runInputs,
  create: string(),
  update: string(),
  delete: string(),
  triggers: list(any(), { replaceOnChange: true }),
};

const outputs = {
  stdout: string({ required: true, changesOnUpdate: true }),
  stderr: string({ required: true, changesOnUpdate: true }),
};

/**
 * There is no read: what a command did is not looked at again, so that drift stays unseen. A secret among the inputs makes no
 * output secret: what the command prints is in clear in the state (measured with pulumi-command on go-provider 1.5.0).
 */
export const localCommand = resource({
  inputs: commandInputs,
  outputs,
  async create(inputs, context) {
    const id = `${context.name}${randomBytes(4).toString("hex")}`;
    return { id, outputs: await run(inputs.create, inputs, undefined, context) };
  },
  // As in the official one, any change runs the command again: one of `delete` alone too.
  update: ({ news, state }, context) => run(news.update ?? news.create, news, state, context),
  async delete({ state }, context) {
    await run(state.delete, state, state, context);
  },
});

/** `command.local.run`: on every preview and update. */
export const localRun = invoke({
  inputs: { ...runInputs, command: string({ required: true }) },
  outputs: { ...runInputs, command: string({ required: true }), ...outputs },
  async invoke(args, { signal }) {
    const logToNobody = async () => undefined; // Functions have no resource to show a message at.
    return { ...args, ...(await runCommand(args.command, asInputs(args), undefined, logToNobody, signal)) };
  },
});

async function run(
  command: string | undefined,
  inputs: Known<typeof runInputs>,
  previous: CommandOutputs | undefined,
  context: Context<undefined>,
): Promise<CommandOutputs> {
  if (command === undefined) return { stdout: previous?.stdout ?? "", stderr: previous?.stderr ?? "" };
  const log = (line: string) => context.log("info", line, { ephemeral: true });
  return runCommand(command, asInputs(inputs), previous, log, context.signal);
}

/** The schema's `oneOf` is what makes `logging` one of these. */
function asInputs(inputs: Known<typeof runInputs>): CommandInputs {
  const { logging, ...others } = inputs;
  return logging === undefined ? others : { ...others, logging: logging as Logging };
}
