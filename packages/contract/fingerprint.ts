import { X509Certificate } from "node:crypto";
import { LinkError } from "./errors.ts";

/** What stands in a text that ought to be PEM certificates and nothing else. */
export class NotCertificatesError extends LinkError {
  constructor(what: string) {
    super("CERTIFICATES_INVALID", { what });
    this.name = "NotCertificatesError";
  }
}

/** More than any bundle of ours: four roots of P-256 take about 3 KB. */
const mostCharacters = 64 * 1024;

/**
 * One block as RFC 7468 section 3 writes it (its "strict" grammar): each line of its own, base64 in lines of at most 64
 * characters, no headers and no blanks. Only empty lines may stand before it. `y` continues where the block before it
 * ended. Nothing in it can match one text in two ways, so the time it takes grows with the length of the text alone.
 */
const block =
  /(?:\r?\n)*-----BEGIN CERTIFICATE-----\r?\n((?:[A-Za-z0-9+/]{1,64}={0,2}\r?\n)+)-----END CERTIFICATE-----(?:\r?\n|$)/y;
const emptyLines = /^(?:\r?\n)*$/;

/**
 * The certificates of a PEM bundle, in order, each encoded anew from what was parsed.
 *
 * RFC 7468 section 2 allows text around the blocks, and readers differ in what they skip: BoringSSL also loads
 * `X509 CERTIFICATE` and `TRUSTED CERTIFICATE`. So a bundle with anything else in it is refused, and what is handed on
 * is never the text as it came.
 * @throws NotCertificatesError for any other text, a block that is no certificate, or one that is not its own encoding
 */
export function certificatesOf(bundlePem: string): string[] {
  return readCertificates(bundlePem).map((certificate) => certificate.toString());
}

/**
 * What the texts of late were read as: a host looks at the roots of 1,000 senders four times in a run. All of a text counts, so nothing
 * that has changed is taken for what it was.
 */
const read = new Map<string, readonly X509Certificate[]>();
/** More than a receiver of 1,000 senders has. */
const mostRemembered = 2_000;

/** The same, parsed. @throws NotCertificatesError */
export function readCertificates(bundlePem: string): readonly X509Certificate[] {
  const before = read.get(bundlePem);
  if (before !== undefined) return before;
  const found = readAnew(bundlePem);
  if (read.size >= mostRemembered) read.clear();
  read.set(bundlePem, found);
  return found;
}

function readAnew(bundlePem: string): X509Certificate[] {
  if (bundlePem.length > mostCharacters)
    throw new NotCertificatesError(`it is longer than ${mostCharacters} characters`);
  const found: X509Certificate[] = [];
  let end = 0;
  while (!emptyLines.test(bundlePem.slice(end))) {
    block.lastIndex = end;
    const [whole, base64] = block.exec(bundlePem) ?? [];
    if (whole === undefined || base64 === undefined) {
      throw new NotCertificatesError(
        `after ${found.length} of its certificates stands text that is not a whole CERTIFICATE block of RFC 7468`,
      );
    }
    found.push(decoded(base64, found.length + 1));
    end += whole.length;
  }
  return found;
}

function decoded(base64: string, ordinal: number): X509Certificate {
  const der = Buffer.from(base64, "base64");
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    throw new NotCertificatesError(`block ${ordinal} is not an X.509 certificate`);
  }
  // Bytes after the certificate, or base64 that decodes in more than one way.
  const same = certificate.raw.equals(der) && der.toString("base64") === base64.replaceAll(/\s/g, "");
  if (!same) throw new NotCertificatesError(`block ${ordinal} holds other bytes than those of one certificate`);
  return certificate;
}

/** What `read` gives; where it meets a text that is not certificates and nothing else, what `otherwise` makes of why. */
export function unlessOtherText<Result>(read: () => Result, otherwise: (why: string) => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotCertificatesError) return otherwise(error.message);
    throw error;
  }
}

/**
 * SHA-256 over the DER of a certificate, written as OpenSSL writes it ("AB:CD:..."), so that a person can compare it
 * with `openssl x509 -fingerprint -sha256`.
 * @throws NotCertificatesError when the text is anything but one certificate
 */
export function fingerprintOf(certificatePem: string): string {
  const [only, ...others] = readCertificates(certificatePem);
  if (only === undefined || others.length > 0) throw new NotCertificatesError("it is not exactly one certificate");
  return only.fingerprint256;
}

/** The fingerprints of a bundle's certificates, in the bundle's order. @throws NotCertificatesError */
export function fingerprintsOf(bundlePem: string): string[] {
  return readCertificates(bundlePem).map(({ fingerprint256 }) => fingerprint256);
}

/** A fingerprint in any common spelling (case, colons or none), in the one spelling that is compared. */
export function normaliseFingerprint(text: string): string {
  const digits = text.replaceAll(/[:\s]/g, "").toUpperCase();
  return digits.match(/../g)?.join(":") ?? "";
}
