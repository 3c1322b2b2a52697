/** Something that breaks in the sandbox, and what mends it. */
export interface Fault {
  /** Done when it is broken in full. */
  inject(): Promise<void>;
  /** Idempotent: it also mends what was broken in half, and leaves alone what is whole. */
  heal(): Promise<void>;
}
