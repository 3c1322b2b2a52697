import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LinkError, shortName } from "@metrics-link/contract";
import type { Action } from "@metrics-link/pki/rotation/index.ts";
import { init, request, sign } from "../ceremony/commands.ts";
import { Medium } from "../ceremony/medium.ts";
import { withPassphrase } from "../ceremony/passphrase.ts";
import type { StackContext } from "../stack/context.ts";
import { StackFile } from "../stack/stack-file.ts";

export interface Carried {
  readonly folder: string;
  readonly passphraseFile: string | undefined;
}

/** Only a person can do the next step, on another machine. The rotation stops; the same command resumes it. */
export class PersonNeeded extends LinkError {
  constructor(step: string) {
    super("PERSON_NEEDED", { what: step });
    this.name = "PersonNeeded";
  }
}

/**
 * Does one action of this side.
 * @param carried the medium with the root, if it is at this machine
 * @throws PersonNeeded when a person has to telephone, or to carry a request to the root
 */
export async function act(context: StackContext, action: Action, carried: Carried | undefined): Promise<string> {
  const { stack, file, pulumi } = context;
  switch (action.kind) {
    case "update": {
      if (Object.keys(action.change).length > 0) file.setGenerations(action.change);
      const done = await pulumi.up(stack);
      const { exchange } = file.read();
      noteRoots(file);
      // The peers read there what this update has put in force.
      return exchange === undefined ? done : `${done}; ${exchange}: ${await pulumi.up(shortName(exchange))}`;
    }
    case "unpin":
      file.setPins(action.peer, action.pins);
      return `pinned are ${[...action.pins.rootFingerprints, ...action.pins.addresses].join(", ")}`;
    case "accept":
      throw new PersonNeeded(`npm run trust -- accept --stack ${stack} --peer ${action.peer}`);
    case "ceremony":
      return await ceremony(context, action, carried);
  }
}

/**
 * Writes the roots of a host stack's file into that of its exchange, if it is beside it. An exchange that was destroyed shows these until
 * the host is back; by default it would show root 1, and a peer that pins another would hold it.
 */
export function noteRoots(file: StackFile): void {
  const { exchange, pki } = file.read();
  if (exchange === undefined) return;
  const path = join(dirname(file.path), `Pulumi.${shortName(exchange)}.yaml`);
  if (!existsSync(path)) return;
  const shown = new StackFile(path);
  const configuration = shown.readAny();
  const roots = [pki.generations.root, ...pki.generations.otherRoots];
  if (configuration.role !== "exchange" || isDeepStrictEqual(configuration.pki.roots, roots)) return;
  shown.setRoots(roots);
}

async function ceremony(
  context: StackContext,
  action: Extract<Action, { kind: "ceremony" }>,
  carried: Carried | undefined,
): Promise<string> {
  if (action.makes === "intermediate") await request(context);
  if (carried === undefined) {
    const command =
      action.makes === "root"
        ? `init --stack ${context.stack} --generation ${action.generation}`
        : `sign --stack ${context.stack} --generation ${action.generation} --root ${action.root}`;
    throw new PersonNeeded(
      `where the root is kept: npm run ceremony -- ${command} --medium DIR; then commit the folder`,
    );
  }
  await withPassphrase(carried.passphraseFile, async (passphrase) => {
    const medium = new Medium(carried.folder, context.stack, passphrase, context.environment);
    const common = { generation: action.generation, years: undefined, yes: true };
    if (action.makes === "root") await init(context, medium, common);
    else await sign(context, medium, { ...common, root: action.root });
  });
  return `the ceremony made ${action.makes} G${action.generation}`;
}
