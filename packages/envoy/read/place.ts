/**
 * A value somewhere in a parsed file, and where that is. Reading never throws: what is missing, or of another kind, is
 * `undefined`. So a configuration that the schema refuses can still be asked what it means.
 */
export class Place {
  /** As a reviewer finds it: `static_resources.listeners[0].address`, or `envoy/sds/leaf.json: resources[0].name`. */
  readonly path: string;
  readonly value: unknown;

  constructor(path: string, value: unknown) {
    this.path = path;
    this.value = value;
  }

  /** What stands below, one key a level. */
  at(...keys: readonly string[]): Place {
    return keys.reduce<Place>((place, key) => place.#field(key), this);
  }

  /** The items of a list; none where there is no list. */
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

  /** For a message. */
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
