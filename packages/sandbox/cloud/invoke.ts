/** One function of the provider: what it takes and gives, and whom it may ask. */
import { type Known, type Properties, withSchemaErased } from "../plugins/rpc/schema.ts";
import type { Seen } from "./ec2/seen.ts";
import type { Caller } from "./identity.ts";

interface Question {
  readonly caller: Caller;
  readonly region: string;
  /** What a describing call of EC2, as IAM names it, shows of the caller's account. */
  seen(action: string): Promise<Seen>;
}

export interface Invoke<A extends Properties = Properties, R extends Properties = Properties> {
  readonly token: string;
  readonly inputs: A;
  readonly outputs: R;
  invoke(args: Known<A>, question: Question): Known<R> | Promise<Known<R>>;
}

export function define<A extends Properties, R extends Properties>(invoke: Invoke<A, R>): Invoke {
  return withSchemaErased(invoke);
}
