import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs OpenSSL, which judges and makes certificates independently of our own code. */
export function openssl(...words: string[]): string {
  return execFileSync("openssl", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** A self-signed P-256 certificate for one day, and its fingerprint as OpenSSL prints it. */
export function selfSigned(commonName: string): { pem: string; fingerprint: string } {
  const directory = mkdtempSync(join(tmpdir(), "openssl-"));
  try {
    const file = join(directory, "certificate.pem");
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    openssl(...request, "-subj", `/CN=${commonName}`, "-keyout", join(directory, "key.pem"), "-out", file);
    const printed = openssl("x509", "-in", file, "-noout", "-fingerprint", "-sha256");
    return { pem: readFileSync(file, "utf8"), fingerprint: printed.trim().split("=")[1] ?? "" };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
