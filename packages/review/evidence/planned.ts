import { releaseTextIn, textsOf } from "@metrics-link/release";
import { z } from "zod";
import { type PreviewRecord, partsOf } from "../events.ts";
import { unknownText } from "../program/values.ts";

/** One thing that a fence is made of, as the update would leave it. */
export interface Row {
  readonly fence: "address" | "client identity" | "server identity";
  /** For example "admitted at receiver-balancer". */
  readonly subject: string;
  readonly value: string;
  /** The resource, or the file of the release, that says so. */
  readonly source: string;
}

/** A resource as it will be after the update, as far as the preview knows. */
export interface Planned {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The id at AWS; empty before it exists. */
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** By the last update; empty for a new resource. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly protected: boolean;
  readonly retained: boolean;
}

/** In the place of a value that a preview cannot know. */
export const notKnown = "not known before the update";

/** A value for a person. */
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === "" || value === unknownText) return notKnown;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Every resource after the update, by name. */
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

const document = z.object({ files: z.array(z.object({ path: z.string(), content: z.string() })) });

/** The files of the release that an update would publish. */
export interface ReleaseFiles {
  /** The resource that publishes it. */
  readonly source: string;
  /** The text of a file by its path in the release. */
  readonly text: (path: string) => string | undefined;
}

/** Every release among the planned resources; `files` is undefined where the preview does not know them. */
export function releasesOf(planned: readonly Planned[]): { source: string; files: ReleaseFiles | undefined }[] {
  return planned
    .filter(({ type, name }) => /^aws:s3\/bucketObject/.test(type) && name.endsWith("-release"))
    .map(({ name, inputs }) => ({ source: name, files: filesOf(name, inputs) }));
}

function filesOf(source: string, inputs: Planned["inputs"]): ReleaseFiles | undefined {
  const content = releaseTextIn(inputs);
  if (!content.startsWith("{")) return undefined;
  const { files } = document.parse(JSON.parse(content));
  return { source, text: textsOf(files) };
}
