/** The record of resources, with typed look-ups over all accounts. */
import { type Known, type Properties, withSchemaErased } from "../../plugins/rpc/schema.ts";
import type { AwsResourceType } from "../aws-resource-type.ts";
import type { ObservedRule, Resource } from "../resource.ts";

export class Record {
  readonly rules: readonly ObservedRule[];
  readonly #resources: readonly Resource[];

  constructor(resources: readonly Resource[], rules: readonly ObservedRule[]) {
    this.#resources = resources;
    this.rules = rules;
  }

  of<I extends Properties, O extends Properties>(resourceType: AwsResourceType<I, O>): Resource<I, O>[] {
    return withSchemaErased(this.#resources.filter((item) => item.type === resourceType.type));
  }

  where<I extends Properties, O extends Properties>(
    resourceType: AwsResourceType<I, O>,
    matches: (inputs: Known<I>) => boolean,
  ) {
    return this.of(resourceType).filter((item) => matches(item.inputs));
  }

  find<I extends Properties, O extends Properties>(
    resourceType: AwsResourceType<I, O>,
    id: string | undefined,
  ): Resource<I, O> | undefined {
    return this.of(resourceType).find((item) => item.id === id);
  }
}
