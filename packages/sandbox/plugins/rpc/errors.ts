/** Errors that a provider's handlers throw, and their gRPC form. */
import * as grpc from "@grpc/grpc-js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import anyMessages from "google-protobuf/google/protobuf/any_pb.js";
import structMessages from "google-protobuf/google/protobuf/struct_pb.js";
import type { WireStruct } from "./values.ts";

/**
 * Thrown by create or update when the resource exists (or was changed) but did not get well: Pulumi keeps it in its
 * state with these outputs, shows the reasons, fails the update, and updates the resource the next time.
 * In create, `id` is needed.
 */
export class InitializationError extends Error {
  readonly reasons: readonly string[];
  readonly outputs: object;
  readonly id: string | undefined;
  constructor(reasons: readonly string[], created: { id?: string; outputs: object }) {
    super(reasons.join("; "));
    this.name = "InitializationError";
    this.reasons = reasons;
    this.outputs = created.outputs;
    this.id = created.id;
  }
}

/** An error with a gRPC status of its own. */
export class RpcError extends Error {
  readonly code: grpc.status;
  readonly metadata: grpc.Metadata | undefined;
  constructor(code: grpc.status, message: string, metadata?: grpc.Metadata) {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.metadata = metadata;
  }
}

/** The gRPC status of a thrown error: its message intact, and nothing else of it. */
export function statusOf(thrown: unknown): Partial<grpc.StatusObject> {
  const details = thrown instanceof Error ? thrown.message : String(thrown);
  if (!(thrown instanceof RpcError)) return { code: grpc.status.UNKNOWN, details };
  return { code: thrown.code, details, ...(thrown.metadata === undefined ? {} : { metadata: thrown.metadata }) };
}

/** The status by which the engine learns that a resource exists in this state but failed to initialise. */
export function initializationFailed(reasons: readonly string[], id: string, state: WireStruct): RpcError {
  const detail = new providerMessages.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setReasonsList([...reasons]);
  detail.setProperties(structMessages.Struct.fromJavaScript(state));
  const packed = new anyMessages.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = reasons.join("; ");
  const status = new statusMessages.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return new RpcError(grpc.status.UNKNOWN, message, metadata);
}
