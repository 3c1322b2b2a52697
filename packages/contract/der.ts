import { LinkError } from "./errors.ts";

/** One value of DER (X.690 section 10): its tag as a byte, what is inside, and all of its bytes. */
export interface Tlv {
  readonly tag: number;
  readonly content: Buffer;
  readonly bytes: Buffer;
}

/** Bytes that are not DER, or not of the form that is asked for. */
export class NotDerError extends LinkError {
  constructor(what: string) {
    super("CERTIFICATES_INVALID", { what });
    this.name = "NotDerError";
  }
}

/**
 * The values in a text of DER, one after the other. X.509 libraries differ in how much of BER they take; this takes
 * none of it: a tag of one byte, a definite length in its shortest form, and nothing left over.
 * @throws NotDerError
 */
export function valuesOf(der: Buffer): Tlv[] {
  const found: Tlv[] = [];
  for (let at = 0; at < der.length; ) {
    const { tag, start, end } = headerAt(der, at);
    found.push({ tag, content: der.subarray(start, end), bytes: der.subarray(at, end) });
    at = end;
  }
  return found;
}

/** The values inside of one value that has this tag. @throws NotDerError */
export function inside(value: Tlv | undefined, tag: number, what: string): Tlv[] {
  return valuesOf(contentOf(value, tag, what));
}

/** The bytes inside of one value that has this tag. @throws NotDerError */
export function contentOf(value: Tlv | undefined, tag: number, what: string): Buffer {
  if (value?.tag !== tag) throw new NotDerError(`its ${what} does not stand where RFC 5280 has it`);
  return value.content;
}

function headerAt(der: Buffer, at: number): { readonly tag: number; readonly start: number; readonly end: number } {
  const [tag, first] = [der[at], der[at + 1]];
  if (tag === undefined || first === undefined) throw new NotDerError("it ends within a value");
  if ((tag & 0x1f) === 0x1f) throw new NotDerError("it holds a tag of several bytes");
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 3) throw new NotDerError("it holds a length that is not definite, or too great");
  const start = at + 2 + octets;
  if (start > der.length) throw new NotDerError("it ends within a length");
  const length = octets === 0 ? first : der.readUIntBE(at + 2, octets);
  const shortest = octets === 0 || length >= (octets === 1 ? 0x80 : 2 ** (8 * (octets - 1)));
  if (!shortest) throw new NotDerError("it holds a length that is not in its shortest form");
  if (start + length > der.length) throw new NotDerError("it ends within a value");
  return { tag, start, end: start + length };
}
