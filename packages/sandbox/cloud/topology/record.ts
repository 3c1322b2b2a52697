/** The record of resources, with typed look-ups over all accounts. */
import type { Known, Properties } from "../../plugins/rpc/schema.ts";
import type { ObservedRule } from "../ec2/observed-rules.ts";
import type { Noun } from "../noun.ts";
import type { Resource } from "../resource.ts";

export class Record {
  readonly rules: readonly ObservedRule[];
  readonly #resources: readonly Resource[];

  constructor(resources: readonly Resource[], rules: readonly ObservedRule[]) {
    this.#resources = resources;
    this.rules = rules;
  }

  of<I extends Properties, O extends Properties>(noun: Noun<I, O>): Resource<I, O>[] {
    return this.#resources.filter((item) => item.type === noun.type) as unknown as Resource<I, O>[];
  }

  where<I extends Properties, O extends Properties>(noun: Noun<I, O>, matches: (inputs: Known<I>) => boolean) {
    return this.of(noun).filter((item) => matches(item.inputs));
  }

  find<I extends Properties, O extends Properties>(
    noun: Noun<I, O>,
    id: string | undefined,
  ): Resource<I, O> | undefined {
    return this.of(noun).find((item) => item.id === id);
  }
}
