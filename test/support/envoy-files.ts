import { releaseFiles, toJson } from "@metrics-link/envoy";

interface ReleaseFile {
  readonly path: string;
  content: string;
}

// A change knows what it changes; the types of what is rendered would only stand in its way.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Document = any;

/**
 * Changes what a release tells Envoy, as one bootstrap. At a receiver the first of its listeners is that of the listener file, and goes
 * back there.
 * @throws Error if nothing has changed
 */
export function changeEnvoy(files: readonly ReleaseFile[], change: (bootstrap: Document) => void): void {
  const [bootstrap, ingest] = [releaseFiles.bootstrap, releaseFiles.ingest].map((wanted) =>
    files.find(({ path }) => path === wanted),
  );
  if (bootstrap === undefined) throw new Error("the release has no bootstrap");
  const before = [bootstrap.content, ingest?.content];
  const document: Document = JSON.parse(bootstrap.content);
  const response: Document = ingest === undefined ? { resources: [] } : JSON.parse(ingest.content);
  document.static_resources.listeners = [...response.resources, ...document.static_resources.listeners];
  change(document);
  const listeners: Document[] = document.static_resources.listeners;
  const isByFile = (listener: Document) => Object.hasOwn(listener ?? {}, "@type");
  response.resources = listeners.filter(isByFile);
  document.static_resources.listeners = listeners.filter((listener) => !isByFile(listener));
  bootstrap.content = toJson(document);
  if (ingest !== undefined) ingest.content = toJson(response);
  if (before[0] === bootstrap.content && before[1] === ingest?.content) throw new Error("Envoy is told what it was");
}
