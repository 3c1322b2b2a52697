import { readFileSync } from "node:fs";
import { messageOf } from "@metrics-link/contract";
import { type GateConfiguration, readConfiguration } from "@metrics-link/gate";
import { sha256 } from "@metrics-link/release";

/** A configuration in force. */
interface Loaded {
  readonly configuration: GateConfiguration;
  /** Of the file's text. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The gate's configuration: the last good one. A bad file at the start is an error, a bad one later is refused. */
export class ConfigurationFile {
  readonly #path: string;
  #loaded: Loaded;
  #isGood = true;

  /** @throws LinkError when the file cannot be read or is wrong */
  constructor(path: string, now: number) {
    this.#path = path;
    this.#loaded = this.#read(now);
  }

  get current(): Loaded {
    return this.#loaded;
  }

  /** Whether the file, when it was last read, was good. */
  get isGood(): boolean {
    return this.#isGood;
  }

  /** Reads the file again. What is wrong with it goes to the journal, and the last good one stays in force. */
  reload(now: number): void {
    try {
      this.#loaded = this.#read(now);
      this.#isGood = true;
      console.log(`configuration loaded: mode ${this.#loaded.configuration.mode}, sha256 ${this.#loaded.sha256}`);
    } catch (error) {
      this.#isGood = false;
      console.error(`the configuration in force stays: ${messageOf(error)}`);
    }
  }

  #read(now: number): Loaded {
    const text = readFileSync(this.#path, "utf8");
    return { configuration: readConfiguration(text, this.#path), sha256: sha256(text), at: now };
  }
}
