import { z } from "zod";
import type { Planned } from "../planned.ts";

const document = z.object({ files: z.array(z.object({ path: z.string(), content: z.string() })) });

/** The files of the release that an update would publish. */
export interface ReleaseFiles {
  /** The resource that publishes it. */
  readonly source: string;
  /** The text of a file by its path in the release. */
  readonly text: (path: string) => string | undefined;
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
  return { source, text: (path) => files.find((file) => file.path === path)?.content };
}
