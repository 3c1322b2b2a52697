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
  /** Each as it stands in the file. A release is a megabyte of text, and a refresh reads every resource. */
  readonly #texts = new Map<string, string>();
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
    for (const resource of content.resources) this.#keep(resource);
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
    if (this.#keep(resource)) this.#save();
  }

  remove(resource: Resource): void {
    this.#resources.delete(keyOf(resource));
    if (this.#texts.delete(keyOf(resource))) this.#save();
  }

  /** The rules of all security groups as the AWS API last told them. */
  get rules(): readonly ObservedRule[] {
    return this.#rules;
  }

  /** Replaces what is known of the rules of these groups. */
  observe(groupIds: readonly string[], rules: readonly ObservedRule[]): void {
    const known = JSON.stringify(this.#rules);
    this.#rules = [...this.#rules.filter((rule) => !groupIds.includes(rule.groupId)), ...rules];
    if (JSON.stringify(this.#rules) !== known) this.#save();
  }

  /** @returns whether the file has it otherwise */
  #keep(resource: Resource): boolean {
    const [key, text] = [keyOf(resource), JSON.stringify(resource)];
    const changed = this.#texts.get(key) !== text;
    this.#resources.set(key, resource);
    this.#texts.set(key, text);
    return changed;
  }

  /**
   * Written beside the file and renamed over it, so that a crash leaves the old one or the new one. Secrets are in it.
   */
  #save(): void {
    const next = `${this.#file}.next`;
    const resources = [...this.#texts.values()].join(",\n");
    const text = `{ "format": ${FORMAT}, "resources": [\n${resources}\n], "rules": ${JSON.stringify(this.#rules)} }\n`;
    writeFileSync(next, text, { mode: 0o600 });
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
