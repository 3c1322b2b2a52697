/** Between messages of the protocol and plain values. */
import * as grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import structMessages from "google-protobuf/google/protobuf/struct_pb.js";
import type { CheckFailure } from "./check.ts";
import type { Change, Changes } from "./diff.ts";
import { RpcError } from "./errors.ts";
import { topLevel } from "./operations.ts";
import { suggest } from "./paths.ts";
import type { Built } from "./provider.ts";
import { open, type WireStruct } from "./values.ts";

export function opened(struct: structMessages.Struct | undefined): ReturnType<typeof open> {
  return open(struct?.toJavaScript() as WireStruct | undefined);
}

export function toStruct(wire: WireStruct): structMessages.Struct {
  return structMessages.Struct.fromJavaScript(wire);
}

export function failureMessage(failure: CheckFailure): InstanceType<typeof messages.CheckFailure> {
  return new messages.CheckFailure().setProperty(failure.property).setReason(failure.reason);
}

export function checkResponse(
  inputs: WireStruct,
  failures: readonly CheckFailure[],
): InstanceType<typeof messages.CheckResponse> {
  return new messages.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failures.map(failureMessage));
}

const { Kind } = messages.PropertyDiff;
const KINDS: Record<Change["kind"], [plain: number, replace: number]> = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
};

export function diffResponse(
  changes: Changes,
  { deleteBeforeReplace, built }: { deleteBeforeReplace: boolean; built: Built },
): InstanceType<typeof messages.DiffResponse> {
  const response = new messages.DiffResponse();
  const { DiffChanges } = messages.DiffResponse;
  response.setChanges(changes.size === 0 ? DiffChanges.DIFF_NONE : DiffChanges.DIFF_SOME);
  response.setHasdetaileddiff(built !== "bridged framework");
  response.setDeletebeforereplace(deleteBeforeReplace);
  const replacing = [...changes].filter(([, change]) => change.replace);
  response.setDiffsList([...new Set([...changes.keys()].map(topLevel))]);
  if (built !== "native") response.setReplacesList([...new Set(replacing.map(([path]) => topLevel(path)))]);
  if (built === "bridged framework") return response;
  for (const [path, change] of changes) {
    const detail = new messages.PropertyDiff();
    detail.setKind(KINDS[change.kind][change.replace ? 1 : 0] as never);
    detail.setInputdiff(change.input && built !== "native");
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

/** The entry of a table of the definition; an error that names it, its neighbours and the remedy if there is none. */
export function lookUp<T>(table: Readonly<Record<string, T>>, token: string, what: string): T {
  const entry = table[token];
  if (entry !== undefined) return entry;
  const known = Object.keys(table).sort();
  throw new RpcError(
    grpc.status.INVALID_ARGUMENT,
    `${what} ${token} is not modelled by this stand-in${suggest(token, known)}. ` +
      `Modelled are: ${known.length === 0 ? "none" : known.join(", ")}. Model it, or deploy with the official provider.`,
  );
}
