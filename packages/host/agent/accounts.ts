import { readFile } from "node:fs/promises";
import { LinkError } from "@metrics-link/contract";
import type { Identity } from "./effects.ts";
import { at } from "./run.ts";

/** The host's users and groups, from /etc/passwd and /etc/group. */
export class Accounts {
  readonly #users: ReadonlyMap<string, number>;
  readonly #groups: ReadonlyMap<string, number>;

  private constructor(users: ReadonlyMap<string, number>, groups: ReadonlyMap<string, number>) {
    this.#users = users;
    this.#groups = groups;
  }

  static async read(root: string): Promise<Accounts> {
    const table = async (file: string) =>
      new Map(
        (await readFile(at({ root }, file), "utf8")).split("\n").flatMap((line): [string, number][] => {
          const [name, , id] = line.split(":");
          return name && id ? [[name, Number(id)]] : [];
        }),
      );
    return new Accounts(await table("/etc/passwd"), await table("/etc/group"));
  }

  /** @throws LinkError `HOST_UNFIT` naming the user or group that the host lacks */
  identity(user: string, group: string = user): Identity {
    const uid = this.#users.get(user);
    const gid = this.#groups.get(group);
    if (uid === undefined) throw lacks(`user ${user}`);
    if (gid === undefined) throw lacks(`group ${group}`);
    return { uid, gid };
  }

  /** `user:group`; numbers where this host has no name. */
  nameOf(uid: number, gid: number): string {
    const name = (table: ReadonlyMap<string, number>, id: number) =>
      [...table].find(([, found]) => found === id)?.[0] ?? `${id}`;
    return `${name(this.#users, uid)}:${name(this.#groups, gid)}`;
  }
}

const lacks = (account: string) =>
  new LinkError("HOST_UNFIT", {
    what: `This host has no ${account}: cloud-init did not create it`,
    next: "replace the instance",
  });
