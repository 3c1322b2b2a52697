/**
 * Property values as a provider's handlers see them, and their form on the wire.
 *
 * On the wire (google.protobuf.Struct) the engine marks what plain JSON cannot say with signature objects:
 * unknowns, secrets, assets, archives, resource references and output values
 * (pulumi/pulumi sdk/go/common/resource/plugin/rpc.go). Handlers see plain data: secrets are opened, and the places
 * they were found at are remembered in a {@link SecretTree}, so that the same places are closed again on the way back.
 */

const UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** A value that will only be known once the resource it comes from exists. It throws where a text would hide it. */
class UnknownValue {
  [Symbol.toPrimitive](): never {
    throw new Error("a value that is unknown until the update was used as if it were known");
  }
  toJSON(): never {
    return this[Symbol.toPrimitive]();
  }
}
export const UNKNOWN = new UnknownValue();
export type Unknown = UnknownValue;

/** A file, text or address given with `pulumi.asset.*Asset`; `hash` is the SHA-256 of its bytes as the SDK saw them. */
export class Asset {
  readonly hash: string;
  readonly content: { readonly text: string } | { readonly path: string } | { readonly uri: string };
  constructor(hash: string, content: Asset["content"]) {
    this.hash = hash;
    this.content = content;
  }
}

/** A directory, archive file or map of assets given with `pulumi.asset.*Archive`. */
export class Archive {
  readonly hash: string;
  readonly content:
    | { readonly path: string }
    | { readonly uri: string }
    | { readonly assets: Record<string, Asset | Archive> };
  constructor(hash: string, content: Archive["content"]) {
    this.hash = hash;
    this.content = content;
  }
}

export type Value = string | number | boolean | null | Unknown | Asset | Archive | Value[] | { [name: string]: Value };
export type Values = { [name: string]: Value };

/** What `Struct.toJavaScript()` gives and `Struct.fromJavaScript()` takes. */
export type Wire = string | number | boolean | null | Wire[] | { [name: string]: Wire };
export type WireStruct = { [name: string]: Wire };

/** Which parts of a value are secret: all of it, or some members (of an object by name, of a list by index). */
export type SecretTree = true | Map<string, SecretTree>;

/** True for an object with members: neither a list, an asset, an archive nor unknown. */
export function isObject(value: Value | undefined): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof UnknownValue) &&
    !(value instanceof Asset) &&
    !(value instanceof Archive)
  );
}

/** True if the value is unknown or has an unknown in it. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** Opens a wire struct. Members that are null are left out: to Pulumi, null and absent are one. */
export function open(struct: WireStruct | undefined): { values: Values; secrets: SecretTree | undefined } {
  const opened = openValue(struct ?? {});
  return { values: opened.value as Values, secrets: opened.secrets };
}

type Opened = { value: Value; secrets: SecretTree | undefined };

function openValue(wire: Wire): Opened {
  if (wire === UNKNOWN_SENTINEL) return { value: UNKNOWN, secrets: undefined };
  if (Array.isArray(wire)) {
    const items = wire.map(openValue);
    return { value: items.map((item) => item.value), secrets: tree(items.map((item, index) => [`${index}`, item])) };
  }
  if (typeof wire !== "object" || wire === null) return { value: wire, secrets: undefined };
  if (SIGNATURE in wire) return openSignature(wire);
  const members = Object.entries(wire)
    .filter(([, member]) => member !== null)
    .map(([name, member]) => [name, openValue(member)] as const);
  return {
    value: Object.fromEntries(members.map(([name, member]) => [name, member.value])),
    secrets: tree(members),
  };
}

function tree(members: Iterable<readonly [string, Opened]>): SecretTree | undefined {
  const secrets = new Map<string, SecretTree>();
  for (const [name, member] of members) if (member.secrets !== undefined) secrets.set(name, member.secrets);
  return secrets.size === 0 ? undefined : secrets;
}

function openSignature(wire: WireStruct): Opened {
  switch (wire[SIGNATURE]) {
    case SECRET:
      return { value: openValue(wire.value ?? null).value, secrets: true };
    case OUTPUT: {
      const inner = wire.value === undefined ? undefined : openValue(wire.value);
      return { value: inner?.value ?? UNKNOWN, secrets: wire.secret === true ? true : inner?.secrets };
    }
    case RESOURCE_REFERENCE:
      // The engine itself gives a provider that does not take references the referred resource's id.
      return openValue(wire.id === "" ? UNKNOWN_SENTINEL : (wire.id ?? wire.urn ?? null));
    case ASSET:
      return { value: openAsset(wire), secrets: undefined };
    case ARCHIVE:
      return { value: openArchive(wire), secrets: undefined };
    default:
      throw new Error(
        `a property value carries the signature ${JSON.stringify(wire[SIGNATURE])}, which this scaffold does not know: ` +
          "it knows secrets, outputs, resource references, assets and archives of Pulumi 3.255",
      );
  }
}

function openAsset(wire: WireStruct): Asset {
  const hash = String(wire.hash ?? "");
  if (typeof wire.path === "string") return new Asset(hash, { path: wire.path });
  if (typeof wire.uri === "string") return new Asset(hash, { uri: wire.uri });
  return new Asset(hash, { text: String(wire.text ?? "") });
}

function openArchive(wire: WireStruct): Archive {
  const hash = String(wire.hash ?? "");
  if (typeof wire.path === "string") return new Archive(hash, { path: wire.path });
  if (typeof wire.uri === "string") return new Archive(hash, { uri: wire.uri });
  const assets = (openValue(wire.assets ?? {}).value ?? {}) as Record<string, Asset | Archive>;
  return new Archive(hash, { assets });
}

/** Closes values for the wire again, with every place named by `secrets` that still exists marked secret. */
export function close(values: Values, secrets: SecretTree | undefined): WireStruct {
  return closeValue(values, secrets) as WireStruct;
}

function closeValue(value: Value, secrets: SecretTree | undefined): Wire {
  if (secrets === true) return { [SIGNATURE]: SECRET, value: closeValue(value, undefined) };
  if (value === UNKNOWN) return UNKNOWN_SENTINEL;
  if (Array.isArray(value)) return value.map((item, index) => closeValue(item, secrets?.get(`${index}`)));
  if (value instanceof Asset) return { [SIGNATURE]: ASSET, hash: value.hash, ...value.content };
  if (value instanceof Archive) return closeArchive(value);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, closeValue(member, secrets?.get(name))]));
}

function closeArchive(archive: Archive): Wire {
  const content = archive.content;
  const body = "assets" in content ? { assets: closeValue(content.assets, undefined) } : content;
  return { [SIGNATURE]: ARCHIVE, hash: archive.hash, ...body };
}

/** The union of several secret trees. */
export function mergeSecrets(...trees: (SecretTree | undefined)[]): SecretTree | undefined {
  if (trees.includes(true)) return true;
  const merged = new Map<string, SecretTree>();
  for (const branch of trees as (Map<string, SecretTree> | undefined)[]) {
    for (const [name, leaf] of branch ?? []) merged.set(name, mergeSecrets(merged.get(name), leaf) ?? leaf);
  }
  return merged.size === 0 ? undefined : merged;
}
