import { LinkError } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import resourceMessages from "@pulumi/pulumi/proto/resource_pb.js";
import structMessages, { type Value as ValueMessage } from "google-protobuf/google/protobuf/struct_pb.js";

const { Struct, Value } = structMessages;

/** How long one stack may take. The whole preview of a healthy link takes about five seconds. */
const deadlineMs = 30_000;
/** All outputs of one stack as the engine sends them. A contract takes some kilobytes, a receiver's own outputs more. */
const mostBytes = 4 * 1024 * 1024;
/** Objects and lists inside one another. A contract has three levels. */
const deepest = 32;

/** How Pulumi marks what is more than data (pulumi/pulumi sdk/go/common/resource/sig). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** The client of the engine's ResourceMonitor, as far as it is used here (grpc.Client of @grpc/grpc-js). */
interface Monitor {
  makeUnaryRequest(
    method: string,
    serialize: (request: Buffer) => Buffer,
    deserialize: (response: Buffer) => Buffer,
    request: Buffer,
    options: { readonly deadline: number },
    callback: (error: { readonly details: string } | null, response?: Buffer) => void,
  ): void;
}

const isMonitor = (client: unknown): client is Monitor =>
  typeof client === "object" && client !== null && "makeUnaryRequest" in client;

const unreadable = (what: string) => new LinkError("STACK_OUTPUTS_UNREADABLE", { what });

/**
 * Outputs of a stack's last successful update, of those that are asked for; none of a stack that was never updated, or
 * was destroyed.
 *
 * It calls the function that pulumi.StackReference is made of. The resource would fail in the engine, where no `catch`
 * of this program sees it, and the whole update with it. It calls it without pulumi.runtime.invoke, because what
 * another account writes there is hostile: the SDK would build the resources that an output refers to in this program,
 * recurse as deep as the output is nested, and wait for ever. Here outputs are data and nothing else, and there are
 * limits on time, bytes and depth.
 * @throws LinkError STACK_OUTPUTS_UNREADABLE in the backend's words when there is no such stack or it cannot be read
 */
export async function readOutputs<Name extends string>(
  stack: string,
  names: readonly Name[],
): Promise<Readonly<Partial<Record<Name, unknown>>>> {
  return outputsIn(await answerOf(stack), names);
}

/** The engine's answer, not looked into. */
function answerOf(stack: string): Promise<Buffer> {
  const request = new resourceMessages.ResourceInvokeRequest();
  request.setTok("pulumi:pulumi:readStackOutputs");
  request.setArgs(Struct.fromJavaScript({ name: stack }));
  // The engine then sends a reference to a resource as the text of its URN or id.
  request.setAcceptresources(false);
  const monitor: unknown = pulumi.runtime.getMonitor();
  if (!isMonitor(monitor)) throw unreadable("there is no engine to ask");
  const deadline = Date.now() + deadlineMs;
  return new Promise((resolve, reject) => {
    monitor.makeUnaryRequest(
      "/pulumirpc.ResourceMonitor/Invoke",
      (bytes) => bytes,
      (bytes) => bytes,
      Buffer.from(request.serializeBinary()),
      { deadline },
      (error, bytes) => {
        // The engine may notice first, and then says that the call was cancelled.
        if (error !== null && Date.now() >= deadline)
          reject(unreadable(`timed out after ${deadlineMs / 1000} s waiting for the backend`));
        else if (error !== null || bytes === undefined)
          reject(unreadable(error?.details ?? "the engine gave no answer"));
        else resolve(bytes);
      },
    );
  });
}

function outputsIn<Name extends string>(answer: Buffer, names: readonly Name[]): Partial<Record<Name, unknown>> {
  if (answer.length > mostBytes) {
    throw unreadable(`its outputs take ${answer.length} bytes, at most ${mostBytes} are read`);
  }
  const response = parsed(answer);
  const failures = response.getFailuresList().map((failure) => failure.getReason());
  if (failures.length > 0) throw unreadable(failures.join("; "));
  const outputs = response.getReturn()?.getFieldsMap().get("outputs")?.getStructValue()?.getFieldsMap();
  const found = names.flatMap((name) => {
    const value = outputs?.get(name);
    return value === undefined ? [] : [[name, plain(value, 0)]];
  });
  return Object.fromEntries(found) as Partial<Record<Name, unknown>>;
}

function parsed(answer: Buffer) {
  try {
    return providerMessages.InvokeResponse.deserializeBinary(answer);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(); // The reader recurses.
    throw error;
  }
}

const tooDeep = () => unreadable(`its outputs nest deeper than ${deepest} levels`);

/** The data in a value. A secret is what is inside; whatever else is marked stays the object that it is on the wire. */
function plain(value: ValueMessage, depth: number): unknown {
  if (depth > deepest) throw tooDeep();
  switch (value.getKindCase()) {
    case Value.KindCase.STRUCT_VALUE: {
      const fields = value.getStructValue()?.getFieldsMap();
      const secret = fields?.get(signatureKey)?.getStringValue() === secretSignature ? fields.get("value") : undefined;
      if (secret !== undefined) return plain(secret, depth + 1);
      const entries: [string, unknown][] = [];
      fields?.forEach((field, key) => {
        entries.push([key, plain(field, depth + 1)]);
      });
      return Object.fromEntries(entries);
    }
    case Value.KindCase.LIST_VALUE:
      return value
        .getListValue()
        ?.getValuesList()
        .map((item) => plain(item, depth + 1));
    case Value.KindCase.STRING_VALUE:
      return value.getStringValue();
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    default:
      return null;
  }
}
