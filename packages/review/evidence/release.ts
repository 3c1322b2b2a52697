import { hostPaths } from "@metrics-link/contract";
import { parse } from "yaml";
import { z } from "zod";
import type { Planned } from "../planned.ts";

const document = z.object({ files: z.array(z.object({ path: z.string(), content: z.string() })) });

/** The files of the release that an update would publish. */
export interface ReleaseFiles {
  /** The resource that publishes it. */
  readonly source: string;
  /** A file by its path in the release, or by the path that a host reads it at. */
  text(path: string): string | undefined;
  yaml(path: string): unknown;
}

/** Every release among the planned resources; the content is `undefined` where the preview does not know it. */
export function releasesOf(planned: readonly Planned[]): { source: string; files: ReleaseFiles | undefined }[] {
  return planned
    .filter(({ type, name }) => /^aws:s3\/bucketObject/.test(type) && name.endsWith("-release"))
    .map(({ name, inputs }) => ({ source: name, files: filesOf(name, inputs.content) }));
}

function filesOf(source: string, content: unknown): ReleaseFiles | undefined {
  if (typeof content !== "string" || !content.startsWith("{")) return undefined;
  const { files } = document.parse(JSON.parse(content));
  const text = (path: string) => {
    const own = path.startsWith(`${hostPaths.current}/`) ? path.slice(hostPaths.current.length + 1) : path;
    return files.find((file) => file.path === own)?.content;
  };
  return { source, text, yaml: (path) => parse(text(path) ?? "") };
}
