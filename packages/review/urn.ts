/** A resource by its own type and name. URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
export function partsOf(urn: string): {
  readonly type: string;
  readonly parents: readonly string[];
  readonly name: string;
} {
  const [, , chain = "", ...name] = urn.split("::");
  const types = chain.split("$");
  return { type: types.at(-1) ?? "", parents: types.slice(0, -1), name: name.join("::") };
}
