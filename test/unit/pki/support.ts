import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Configuration } from "@metrics-link/config";
import { openssl } from "../../support/openssl.ts";

/** The configuration of an account with an offline root, in its first generations. */
export const pki: Configuration["pki"] = {
  organization: "Account A Metrics",
  dnsName: "metrics-sender.account-a.internal",
  root: "offline",
  artefacts: "pki/account-a",
  lifetimes: { rootYears: 10, intermediateYears: 5, leafDays: 30 },
  generations: { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 },
};

export interface KeyPair {
  readonly pem: string;
  readonly key: string;
  readonly publicKey: string;
}

interface AuthorityOptions {
  readonly commonName: string;
  readonly organization?: string;
  /** Who signs; itself without one. */
  readonly issuer?: KeyPair;
  /** The key that it certifies; a new one without. */
  readonly key?: string;
  /** Validity from now on; ten years without. */
  readonly days?: number;
  readonly isAuthority?: boolean;
}

/** An authority made by OpenSSL: what a ceremony would leave, or something that it would not. */
export function authority(options: AuthorityOptions): KeyPair {
  const { commonName, organization = "Account A Metrics", issuer, isAuthority = true } = options;
  return inFolder((file) => {
    writeFileSync(file("key"), options.key ?? newKey());
    const pathLength = issuer ? "" : ",pathlen:1";
    writeFileSync(
      file("ext"),
      isAuthority ? `basicConstraints=critical,CA:TRUE${pathLength}\nkeyUsage=critical,keyCertSign,cRLSign\n` : "",
    );
    openssl(
      "req",
      "-new",
      "-utf8",
      "-key",
      file("key"),
      "-subj",
      subject(organization, commonName),
      "-out",
      file("csr"),
    );
    if (issuer) {
      writeFileSync(file("ca"), issuer.pem);
      writeFileSync(file("ca.key"), issuer.key);
    }
    const signer = issuer ? ["-CA", file("ca"), "-CAkey", file("ca.key")] : ["-key", file("key")];
    const dates = ["-days", String(options.days ?? 3650)];
    openssl("x509", "-req", "-in", file("csr"), ...signer, ...dates, "-extfile", file("ext"), "-out", file("pem"));
    return {
      pem: readFileSync(file("pem"), "utf8"),
      key: readFileSync(file("key"), "utf8"),
      publicKey: openssl("pkey", "-in", file("key"), "-pubout"),
    };
  });
}

/** A subject as `openssl req -subj` takes it: characters that it acts on, and blanks, with a backslash. */
export const subject = (organization: string, commonName: string): string =>
  [`/O=${escaped(organization)}`, `/CN=${escaped(commonName)}`].join("");

const escaped = (text: string) => text.replaceAll(/[/+\\=]/g, "\\$&");

/** A certificate request made by OpenSSL. @param more further words of `openssl req` */
export function request(subject: string, key = newKey(), ...more: string[]): string {
  return inFolder((file) => {
    writeFileSync(file("key"), key);
    return openssl("req", "-new", "-utf8", "-key", file("key"), "-subj", subject, ...more);
  });
}

export const newKey = (curve = "P-256"): string =>
  execFileSync("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

function inFolder<Result>(work: (file: (name: string) => string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "pki-"));
  try {
    return work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
