import * as pulumi from "@pulumi/pulumi";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import resourceMessages from "@pulumi/pulumi/proto/resource_pb.js";
import structMessages, { type Value as ValueMessage } from "google-protobuf/google/protobuf/struct_pb.js";
import { limits, secretSignature, signatureKey, unreadable } from "./output-limits.ts";

const { Struct, Value } = structMessages;

/** The part of the engine's ResourceMonitor client that is used here (grpc.Client of @grpc/grpc-js). */
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

/**
 * Reads the requested outputs of the last successful update of a stack of this account; none if the stack was never
 * updated or was destroyed. Never of a peer: the engine opens the secrets provider that the state names (peer-outputs.ts).
 *
 * Calls the engine function behind pulumi.StackReference. A StackReference would fail inside the engine, where this
 * program cannot catch the error, and fail the whole update. pulumi.runtime.invoke is not used either, because somebody
 * else may have written the outputs: the SDK would construct the resources that they reference, recurse as deep as they
 * nest, and wait indefinitely. Here outputs are plain data, with limits on time, bytes and depth.
 * @throws LinkError STACK_OUTPUTS_UNREADABLE with the backend's message if the stack does not exist or cannot be read
 */
export async function readOutputs<Name extends string>(
  stack: string,
  names: readonly Name[],
): Promise<Readonly<Partial<Record<Name, unknown>>>> {
  return outputsIn(await answerOf(stack), names);
}

/** The engine's answer, not yet parsed. */
function answerOf(stack: string): Promise<Buffer> {
  const request = new resourceMessages.ResourceInvokeRequest();
  request.setTok("pulumi:pulumi:readStackOutputs");
  request.setArgs(Struct.fromJavaScript({ name: stack }));
  // The engine then sends resource references as URN or id strings.
  request.setAcceptresources(false);
  const monitor: unknown = pulumi.runtime.getMonitor();
  if (!isMonitor(monitor)) throw unreadable("the Pulumi engine is not available");
  const deadline = Date.now() + limits.ms;
  return new Promise((resolve, reject) => {
    monitor.makeUnaryRequest(
      "/pulumirpc.ResourceMonitor/Invoke",
      (bytes) => bytes,
      (bytes) => bytes,
      Buffer.from(request.serializeBinary()),
      { deadline },
      (error, bytes) => {
        // The engine may time out first and report that the call was cancelled.
        if (error !== null && Date.now() >= deadline)
          reject(unreadable(`timed out after ${limits.ms / 1000} s waiting for the backend`));
        else if (error !== null || bytes === undefined)
          reject(unreadable(withRemedy(error?.details || "the engine gave no reason")));
        else resolve(bytes);
      },
    );
  });
}

/**
 * The engine opens the secrets provider of a stack before it looks whether an output is secret (pulumi/pulumi#21436), so
 * a stack with a KMS key of another account cannot be read at all.
 */
function withRemedy(details: string): string {
  if (/passphrase must be set/.test(details))
    return `${details}; set PULUMI_CONFIG_PASSPHRASE, empty if it is not used`;
  if (!/constructing secrets manager/.test(details)) return details;
  return `${details}; the credentials of this update need the right kms:Decrypt on the key of that stack, which must be this account's`;
}

function outputsIn<Name extends string>(answer: Buffer, names: readonly Name[]): Partial<Record<Name, unknown>> {
  if (answer.length > limits.bytes) {
    throw unreadable(`its outputs have ${answer.length} bytes; the limit is ${limits.bytes}`);
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

const tooDeep = () => unreadable(`its outputs nest deeper than ${limits.levels} levels`);

/** The data in a value. Unwraps secrets; other marked values stay the objects that they are on the wire. */
function plain(value: ValueMessage, depth: number): unknown {
  if (depth > limits.levels) throw tooDeep();
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
