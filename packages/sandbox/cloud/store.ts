/** The record of everything that was created, in memory and in one file. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { LinkError } from "@metrics-link/contract";
import type { ObservedRule, Resource } from "./resource.ts";

/** The form of the file. Another number is refused: there is nothing to migrate from yet. */
const FORMAT = 1;

interface Content {
  readonly format: typeof FORMAT;
  readonly resources: readonly Resource[];
  readonly rules: readonly ObservedRule[];
}

export class Store {
  readonly #file: string;
  readonly #resources = new Map<string, Resource>();
  #rules: readonly ObservedRule[] = [];

  constructor(file: string) {
    this.#file = file;
    const text = readIfThere(file);
    if (text === undefined) return;
    const content: Content = JSON.parse(text);
    if (content.format !== FORMAT) {
      throw new LinkError("SANDBOX_UNUSABLE", {
        what: `${file} has format ${content.format}, but this version reads ${FORMAT}`,
        next: "run `npm run -s sandbox -- down`, then up",
      });
    }
    for (const resource of content.resources) this.#resources.set(keyOf(resource), resource);
    this.#rules = content.rules;
  }

  all(): Resource[] {
    return [...this.#resources.values()];
  }

  ofType(type: string): Resource[] {
    return this.all().filter((resource) => resource.type === type);
  }

  get(place: { account: string; region: string; type: string; id: string }): Resource | undefined {
    return this.#resources.get(keyOf(place));
  }

  put(resource: Resource): void {
    this.#resources.set(keyOf(resource), resource);
    this.#save();
  }

  remove(resource: Resource): void {
    this.#resources.delete(keyOf(resource));
    this.#save();
  }

  /** The rules of all security groups as the AWS API last told them. */
  get rules(): readonly ObservedRule[] {
    return this.#rules;
  }

  /** Replaces what is known of the rules of these groups. */
  observe(groupIds: readonly string[], rules: readonly ObservedRule[]): void {
    this.#rules = [...this.#rules.filter((rule) => !groupIds.includes(rule.groupId)), ...rules];
    this.#save();
  }

  /**
   * Written beside the file and renamed over it, so that a crash leaves the old one or the new one. Secrets are in it.
   */
  #save(): void {
    const content: Content = { format: FORMAT, resources: this.all(), rules: this.#rules };
    const next = `${this.#file}.next`;
    writeFileSync(next, JSON.stringify(content, null, 1), { mode: 0o600 });
    renameSync(next, this.#file);
  }
}

function keyOf({ account, region, type, id }: { account: string; region: string; type: string; id: string }): string {
  return [account, region, type, id].join(" ");
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}
