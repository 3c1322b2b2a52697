import { isRecord } from "./json.ts";

/** A way from a place to one below it. */
interface Below {
  readonly place: Place;
  readonly keys: readonly (string | number)[];
}

/**
 * A value in a parsed file, and its path. Reading never throws: a value that is missing or of another type is
 * `undefined`, so the rules can also check a configuration that the schema refuses.
 */
export class Place {
  readonly value: unknown;
  readonly #from: string | Below;

  /** @param from the path, or the way from another place */
  constructor(from: string | Below, value: unknown) {
    this.#from = from;
    this.value = value;
  }

  /**
   * For example `static_resources.listeners[0].address`, or `envoy/sds/leaf.json: resources[0].name`. It is put together when it is asked
   * for: of the half a million places that are read at 1,000 senders nobody asks it.
   */
  get path(): string {
    if (typeof this.#from === "string") return this.#from;
    const { place, keys } = this.#from;
    return keys.reduce<string>((path, key) => {
      if (typeof key === "number") return `${path}[${key}]`;
      return /^$|: $/.test(path) ? `${path}${key}` : `${path}.${key}`;
    }, place.path);
  }

  /** The value below, one key per level. */
  at(...keys: readonly string[]): Place {
    return new Place({ place: this, keys }, keys.reduce(fieldOf, this.value));
  }

  /** The items of a list; empty if the value is not a list. */
  get items(): readonly Place[] {
    return Array.isArray(this.value)
      ? this.value.map((item: unknown, index) => new Place({ place: this, keys: [index] }, item))
      : [];
  }

  get keys(): readonly string[] {
    return typeof this.value === "object" && this.value !== null && !Array.isArray(this.value)
      ? Object.keys(this.value)
      : [];
  }

  get exists(): boolean {
    return this.value !== undefined;
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === "number" ? this.value : undefined;
  }

  /** The value as JSON for a message, at most 120 characters. */
  get shown(): string {
    if (this.value === undefined) return "not set";
    const text = JSON.stringify(this.value);
    return text.length > 120 ? `${text.slice(0, 117)}...` : text;
  }
}

function fieldOf(holder: unknown, key: string): unknown {
  return isRecord(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
}
