/**
 * One request of a program to Pulumi's engine: a resource with its properties and options, its outputs, a function of a
 * provider, a transformation of other resources.
 */
export interface Asked {
  /** The call of the gRPC service `ResourceMonitor`, such as "registerResource" (pulumi/pulumi proto/pulumi/resource.proto). */
  readonly call: string;
  /** Type token of the resource, token of the function, or "". */
  readonly type: string;
  /** The resource's own name, or its URN where the call has nothing else, or "". */
  readonly name: string;
  /** All other fields of the request, by their names in the protocol; unset fields are left out. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A generated message of google-protobuf. */
interface Message {
  toObject(includeInstance?: boolean): object;
}

/** Fields about the source position and the features of the SDK, which do not change the request. In lower case. */
const aside = new Set([
  "sourceposition",
  "stacktrace",
  "parentstacktracehandle",
  "acceptsecrets",
  "acceptresources",
  "acceptsbytestring",
  "supportspartialvalues",
  "supportsresultreporting",
  "aliasspecs",
]);

/** Lists whose order does not matter. */
const sets = new Set(["dependenciesList", "urnsList", "additionalsecretoutputsList"]);

/**
 * A request to the engine as data. Every field counts, including those that a later SDK adds, except the ones above.
 */
export function askedOf(call: string, request: Message): Asked {
  const { type, name, ...fields } = fieldsOf(request);
  const { tok, urn } = fields;
  return {
    call,
    type: textOf(type ?? tok ?? textOf(urn).split("::")[2]?.split("$").at(-1)),
    name: textOf(name ?? urn),
    fields,
  };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

function fieldsOf(request: Message): Record<string, unknown> {
  const entries = Object.entries(request.toObject()).flatMap(([key, value]): [string, unknown][] => {
    if (aside.has(key.toLowerCase())) return [];
    const plain = dynamicOf(request, key) ?? plainOf(key, value);
    return wasNeverSet(plain) ? [] : [[key.replace(/(List|Map)$/, ""), plain]];
  });
  return Object.fromEntries(entries);
}

/** The value that a `google.protobuf.Struct` or `Value` carries. */
function dynamicOf(request: Message, key: string): unknown {
  const found = called(request, `get${key.charAt(0).toUpperCase()}${key.slice(1)}`);
  return called(found, "toJavaScript");
}

/** The result of a method by its name; undefined where there is none. */
function called(target: unknown, method: string): unknown {
  if (typeof target !== "object" || target === null) return undefined;
  const found: unknown = Reflect.get(target, method);
  return typeof found === "function" ? found.call(target) : undefined;
}

/** google-protobuf writes a map as a list of pairs, under a name that ends with "Map". */
function plainOf(key: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    if (key.endsWith("Map")) {
      return Object.fromEntries(value.map(([inner, found]: [string, unknown]) => [inner, plainOf("", found)]));
    }
    const items = value.map((item) => plainOf("", item));
    return sets.has(key) ? items.toSorted() : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([inner, found]) => [inner, plainOf(inner, found)]));
}

/** The protocol does not distinguish these from an unset field. */
const wasNeverSet = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);
