import type { PreviewRecord } from "./events.ts";
import { partsOf } from "./urn.ts";

/** A resource as it will be after the update, as far as the preview knows. */
export interface Planned {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** AWS's own name of it; empty before it is there. */
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What AWS said last; empty when it is new. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly protected: boolean;
  readonly retained: boolean;
}

/** What the engine writes in the place of text that it cannot know yet. Source: sdk/go/common/resource/plugin/rpc.go. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What stands in a report for what a preview cannot know. */
export const notKnown = "not known before the update";

/** Text or a number, for a person. */
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === "" || value === unknownText) return notKnown;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Every resource that there will be, in the order of its name. */
export function plannedOf({ steps }: PreviewRecord): Planned[] {
  const found = new Map<string, Planned>();
  for (const { op, urn, old, new: next } of steps) {
    if (!next || op === "read" || op.startsWith("delete") || op.startsWith("discard")) continue;
    const stays = op === "same" || op === "update";
    found.set(urn, {
      urn,
      ...partsOf(urn),
      id: (stays && old?.id) || "",
      inputs: next.inputs ?? {},
      outputs: (stays && old?.outputs) || {},
      protected: next.protect,
      retained: next.retainOnDelete,
    });
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
}
