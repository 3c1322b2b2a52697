/**
 * A value in a parsed file, and its path. Reading never throws: a value that is missing or of another type is
 * `undefined`, so the rules can also check a configuration that the schema refuses.
 */
export class Place {
  /** For example `static_resources.listeners[0].address`, or `envoy/sds/leaf.json: resources[0].name`. */
  readonly path: string;
  readonly value: unknown;

  constructor(path: string, value: unknown) {
    this.path = path;
    this.value = value;
  }

  /** The value below, one key per level. */
  at(...keys: readonly string[]): Place {
    return keys.reduce<Place>((place, key) => place.#field(key), this);
  }

  /** The items of a list; empty if the value is not a list. */
  get items(): readonly Place[] {
    return Array.isArray(this.value)
      ? this.value.map((item: unknown, index) => new Place(`${this.path}[${index}]`, item))
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

  #field(key: string): Place {
    const path = /^$|: $/.test(this.path) ? `${this.path}${key}` : `${this.path}.${key}`;
    const holder = this.value;
    const has = typeof holder === "object" && holder !== null && !Array.isArray(holder) && Object.hasOwn(holder, key);
    return new Place(path, has ? (holder as Record<string, unknown>)[key] : undefined);
  }
}
