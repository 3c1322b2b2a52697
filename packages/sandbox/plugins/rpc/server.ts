/** The process side of a plugin: a gRPC server on a free loopback port, which the engine reads from stdout. */
import * as grpc from "@grpc/grpc-js";

/** The engine's own limit for one message (pulumi/pulumi sdk/go/common/util/rpcutil). */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
const PARENT_POLL_MS = 1000;

/**
 * Serves on a free loopback port and prints it, as the engine expects of every plugin.
 *
 * @param register adds the plugin's service to the server
 * @returns the port
 */
export async function servePlugin(register: (server: grpc.Server) => void): Promise<number> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  register(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  process.stdout.write(`${port}\n`);
  exitWithParent();
  return port;
}

/** The address of the engine, the last argument of a plugin that the engine started; undefined for one to be attached. */
export function engineAddress(argv: readonly string[] = process.argv.slice(2)): string | undefined {
  return argv.filter((argument) => !argument.startsWith("-")).at(-1);
}

/** An engine that is killed cannot stop its plugins: a plugin without its parent stops by itself. */
function exitWithParent(): void {
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, PARENT_POLL_MS);
  poll.unref();
}

/** Turns a function into a gRPC handler: what it returns is the response, what it throws the error. */
export function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
  toError: (thrown: unknown) => Partial<grpc.StatusObject>,
): grpc.handleUnaryCall<Request, Response> {
  return async (call, callback) => {
    try {
      callback(null, await handle(call.request));
    } catch (thrown) {
      callback(toError(thrown));
    }
  };
}
