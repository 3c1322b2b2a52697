import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs OpenSSL, which judges and makes certificates independently of our own code. */
export function openssl(...words: string[]): string {
  return execFileSync("openssl", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * A self-signed P-256 certificate for one day, its key, and its fingerprint as OpenSSL prints it.
 * @param extensions as `openssl req -addext` takes them
 */
export function selfSigned(
  commonName: string,
  ...extensions: string[]
): { pem: string; key: string; fingerprint: string } {
  const directory = mkdtempSync(join(tmpdir(), "openssl-"));
  try {
    const [file, key] = [join(directory, "certificate.pem"), join(directory, "key.pem")];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    const added = extensions.flatMap((extension) => ["-addext", extension]);
    openssl(...request, ...added, "-subj", `/CN=${commonName}`, "-keyout", key, "-out", file);
    const printed = openssl("x509", "-in", file, "-noout", "-fingerprint", "-sha256");
    return {
      pem: readFileSync(file, "utf8"),
      key: readFileSync(key, "utf8"),
      fingerprint: printed.trim().split("=")[1] ?? "",
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
