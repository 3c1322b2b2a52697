import { releasePointerSchema } from "@metrics-link/release";
import { each, type StackRule } from "../model/policy.ts";
import { ofType } from "../model/stack.ts";

export const pointerIsTheRelease: StackRule = {
  kind: "stack",
  name: "pointer-is-the-release",
  fence: "host",
  rule: "A stack publishes one release, and its pointer names that one.",
  reason: "An older release has older roots, names and tools; the host runs what the pointer says.",
  remedy: "Let publish of packages/host make both.",
  source: "docs/architecture.md, The way of a release",
  *check(resources) {
    const objects = ofType(resources, "bucketObject");
    const published = new Set<string>();
    yield* each(objects, function* ({ props: { key } }) {
      const [, id] = /^releases\/[^/]+\/([0-9a-f]{64})\.json$/.exec(key) ?? [];
      if (id !== undefined) published.add(id);
      if (published.size > 1) yield `${key} is a second release`;
    });
    yield* each(objects, function* ({ props: { key, content } }) {
      if (!/^releases\/[^/]+\/current\.json$/.test(key)) return;
      const releaseId = pointedAt(content);
      if (releaseId === undefined) yield `${key} cannot be read as a pointer`;
      else if (!published.has(releaseId))
        yield `${key} points at ${releaseId} instead of ${[...published].join(", ") || "none"}`;
    });
  },
};

function pointedAt(content: string): string | undefined {
  try {
    return releasePointerSchema.parse(JSON.parse(content)).releaseId;
  } catch {
    return undefined;
  }
}
