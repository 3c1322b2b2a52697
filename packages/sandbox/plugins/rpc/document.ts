/** The Pulumi package schema of a provider (https://www.pulumi.com/docs/iac/extending-pulumi/schema/), for GetSchema. */
import type { ProviderDefinition } from "./provider.ts";
import type { Kind, Properties } from "./schema.ts";

/** The schema document as an object to be written as JSON. It has what the stand-in models and nothing more. */
export function schemaDocument<Client>(definition: ProviderDefinition<Client>): object {
  const resources = Object.entries(definition.resources).map(([token, { inputs, outputs }]) => {
    const inputProperties = objectType(inputs);
    const properties = objectType({ ...inputs, ...outputs });
    return [
      token,
      {
        inputProperties: inputProperties.properties,
        requiredInputs: inputProperties.required,
        properties: properties.properties,
        required: properties.required,
      },
    ];
  });
  const functions = Object.entries(definition.invokes ?? {}).map(([token, { inputs, outputs }]) => [
    token,
    { inputs: objectType(inputs), outputs: objectType(outputs) },
  ]);
  return {
    name: definition.name,
    version: definition.version,
    description: `A stand-in for the official ${definition.name} provider: these resources and properties, no others.`,
    provider: { inputProperties: objectType(definition.config).properties },
    resources: Object.fromEntries(resources),
    functions: Object.fromEntries(functions),
  };
}

function objectType(properties: Properties): { type: "object"; properties: object; required: string[] } {
  const described = Object.entries(properties).map(([name, { kind, options }]) => [
    name,
    {
      ...typeOf(kind),
      ...(options.description === undefined ? {} : { description: options.description }),
      ...(options.default === undefined ? {} : { default: options.default }),
      ...(options.secret === true ? { secret: true } : {}),
      ...(options.replaceOnChange === true ? { willReplaceOnChanges: true } : {}),
    },
  ]);
  const required = Object.entries(properties).filter(([, { options }]) => options.required === true);
  return { type: "object", properties: Object.fromEntries(described), required: required.map(([name]) => name) };
}

function typeOf(kind: Kind): object {
  switch (kind.type) {
    case "json":
      return { type: "string" };
    case "any":
      return { $ref: "pulumi.json#/Any" };
    case "asset":
      return { $ref: "pulumi.json#/Asset" };
    case "archive":
      return { $ref: "pulumi.json#/Archive" };
    case "list":
    case "set":
      return { type: "array", items: typeOf(kind.item.kind) };
    case "map":
      return { type: "object", additionalProperties: typeOf(kind.item.kind) };
    case "object":
      // Nested objects are types of their own in a package schema; here only their outline is wanted.
      return { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } };
    default:
      return { type: kind.type };
  }
}
