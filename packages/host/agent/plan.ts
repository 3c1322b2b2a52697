import { type ChangeAction, changeActions, type Release, type ReleaseService } from "@metrics-link/release";

/** What differs: paths of files and secrets, and tools by name. */
export interface Changes {
  readonly paths: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
}

/** What differs between two releases; everything, without an old one. */
export function changesBetween(before: Release | undefined, after: Release): Changes {
  return {
    paths: differing(before && { ...byPath(before.files), ...byPath(before.secrets) }, {
      ...byPath(after.files),
      ...byPath(after.secrets),
    }),
    tools: differing(before && toolsByName(before), toolsByName(after)),
  };
}

/**
 * What drifted, as changes. A replaced command may still be running, so its tool counts as changed.
 * @param drifted paths of the release's directory, and tools as `driftedTool` names them
 */
export function changesByDrift({ tools }: Release, drifted: readonly string[]): Changes {
  const commands = new Map(
    tools.flatMap(({ name, executables }) => [
      [driftedTool(name), name] as const,
      ...Object.keys(executables).map((command) => [`bin/${command}`, name] as const),
    ]),
  );
  return {
    paths: new Set(drifted.filter((path) => !commands.has(path))),
    tools: new Set(drifted.flatMap((path) => commands.get(path) ?? [])),
  };
}

/** The name of a tool among the things that drifted, when it no longer matches its archive. */
export const driftedTool = (name: string) => `tools/${name}`;

/** Where a release keeps a unit. */
export const unitFile = (unit: string) => `systemd/${unit}`;

export function union(...all: readonly Changes[]): Changes {
  return {
    paths: new Set(all.flatMap(({ paths }) => [...paths])),
    tools: new Set(all.flatMap(({ tools }) => [...tools])),
  };
}

/** The most disruptive action that any of the changes asks of a service; undefined when none concerns it. */
export function actionFor(service: ReleaseService, changes: Changes): ChangeAction | undefined {
  const wanted = [...changes.paths].flatMap((path) => actionOfPath(service, path) ?? []);
  const ofTools = [...changes.tools].flatMap(
    (tool) => service.onChange.find(({ tools }) => tools.includes(tool))?.action ?? [],
  );
  const disruption = (action: ChangeAction) => changeActions.indexOf(action);
  return [...wanted, ...ofTools].sort((a, b) => disruption(b) - disruption(a))[0];
}

function actionOfPath(service: ReleaseService, path: string): ChangeAction | undefined {
  if (path === unitFile(service.unit)) return "restart";
  const concerns = (listed: string) => (listed.endsWith("/") ? path.startsWith(listed) : path === listed);
  return service.onChange.find(({ paths }) => paths.some(concerns))?.action;
}

type Table = Readonly<Record<string, string>>;

function differing(before: Table | undefined, after: Table): Set<string> {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  return new Set([...names].filter((name) => before?.[name] !== after[name]));
}

/** Everything about an item that makes a difference on disk, as one text; its hash covers a file's content. */
function byPath(items: readonly { readonly path: string; readonly content?: string }[]): Table {
  return Object.fromEntries(items.map(({ content: _, ...item }) => [item.path, JSON.stringify(item)]));
}

function toolsByName({ tools }: Release): Table {
  return Object.fromEntries(tools.map(({ name, sha256 }) => [name, sha256]));
}
