import { type Asked, askedOf } from "@metrics-link/review";
import * as pulumi from "@pulumi/pulumi";
import messages from "@pulumi/pulumi/proto/resource_pb.js";

/** One resource as the program registered it, with unwrapped inputs. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  // The inputs of sixty resource types have no common shape; each test knows its own.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly inputs: any;
  /** What a provider would know of it once it is there; absent of what is still being registered. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly options?: { readonly protect: boolean; readonly retainOnDelete: boolean; readonly provider: string };
}

type Answer = (registration: Registration) => Record<string, unknown>;

/**
 * Runs a program under Pulumi's mocks and tells what it registered. `answers` gives, by type token, what a provider
 * would compute, `id` included; everything else is echoed. `calls` answers functions in the same way. `registrations` is
 * filled even when the program fails, and `asked` with the requests as the engine would get them.
 */
export async function record(
  program: () => unknown,
  answers: Readonly<Record<string, Answer>> = {},
  registrations: Registration[] = [],
  calls: Readonly<Record<string, (inputs: unknown) => object>> = {},
  asked: Asked[] = [],
): Promise<Registration[]> {
  let optionsOf: ReturnType<typeof recordOptions> = () => ({});
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        const registration = { type, name, inputs };
        const { id: given, ...computed } = answers[type]?.(registration) ?? {};
        const outputs = { ...inputs, arn: `arn:${name}`, ...computed };
        registrations.push({ ...registration, outputs, ...optionsOf(`${type}::${name}`) });
        return { id: id || `${given ?? `${name}-id`}`, state: outputs };
      },
      call: ({ token, inputs }) => calls[token]?.(inputs) ?? inputs,
    },
    "metrics-link",
    "test",
    false,
    "organization",
  );
  optionsOf = recordOptions();
  recordRequests(asked);
  answerAsBytes();
  // Pulumi keeps the stack trace of some thousand promises: a third of the time of a program under mocks.
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 0;
    await program();
    await pulumi.runtime.disconnect();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return registrations;
}

/** Listens in on the monitor of the mocks, which are not told of a resource's options. */
function recordOptions(): (key: string) => Pick<Registration, "options"> {
  const monitor = pulumi.runtime.getMonitor() as { registerResource: Register } | undefined;
  if (monitor === undefined) throw new Error("there are no mocks");
  const seen = new Map<string, Registration["options"]>();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    seen.set(`${request.getType()}::${request.getName()}`, {
      protect: request.getProtect() === true,
      retainOnDelete: request.getRetainondelete() === true,
      provider: request.getProvider(),
    });
    return register(request, ...rest);
  };
  return (key) => {
    const options = seen.get(key);
    return options === undefined ? {} : { options };
  };
}

/** Listens in on every call by which the program asks something. */
function recordRequests(asked: Asked[]): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, Ask>;
  for (const call of ["registerResource", "registerResourceOutputs", "readResource", "invoke", "call"]) {
    const ask = monitor[call]?.bind(monitor);
    if (ask === undefined) continue;
    monitor[call] = (request, ...rest) => {
      asked.push(askedOf(call, request));
      return ask(request, ...rest);
    };
  }
}

/** The mocks have each call as a method; this is the call under it (grpc.Client), by which the stacks read outputs. */
function answerAsBytes(): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    invoke(
      request: object,
      callback: (error: object | null, response?: { serializeBinary(): Uint8Array }) => void,
    ): void;
    makeUnaryRequest: (
      ...args: [string, unknown, unknown, Buffer, unknown, (error: object | null, bytes?: Buffer) => void]
    ) => void;
  };
  monitor.makeUnaryRequest = (method, _serialize, _deserialize, bytes, _options, callback) => {
    if (method !== "/pulumirpc.ResourceMonitor/Invoke") throw new Error(`the mocks do not know ${method}`);
    const request = messages.ResourceInvokeRequest.deserializeBinary(bytes);
    monitor.invoke(request, (error, response) =>
      callback(
        error instanceof Error ? { code: 2, details: error.message } : error,
        response && Buffer.from(response.serializeBinary()),
      ),
    );
  };
}

type Ask = (request: { toObject(): object }, ...rest: unknown[]) => unknown;

type Register = (
  request: {
    getType(): string;
    getName(): string;
    getProtect(): boolean | undefined;
    getRetainondelete(): boolean | undefined;
    getProvider(): string;
  },
  ...rest: unknown[]
) => unknown;

/** The registrations of one type, failing when there are not exactly as many as expected. */
export function ofType(registrations: readonly Registration[], type: string, expected: number): Registration[] {
  const found = registrations.filter((registration) => registration.type === type);
  if (found.length !== expected) {
    throw new Error(
      `${expected} of ${type} expected, found ${found.length}: ${found.map(({ name }) => name).join(", ")}`,
    );
  }
  return found;
}

/** How Pulumi marks a secret on the wire (sdk/proto/pulumi/provider.proto). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export function isSecret(value: unknown): value is { readonly value: unknown } {
  return (value as Record<string, unknown> | null | undefined)?.[signatureKey] === secretSignature;
}

/** What is inside a secret; fails when the value was handed over in clear. */
export function insideSecret(value: unknown): unknown {
  if (!isSecret(value)) throw new Error(`not a secret: ${JSON.stringify(value)}`);
  return value.value;
}
