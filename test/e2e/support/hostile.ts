import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Identity, identitiesOf } from "@metrics-link/sandbox/testing/identities.ts";
import { openssl, selfSigned } from "../../support/openssl.ts";
import { sandbox } from "./sandbox.ts";

const sendersPki = () => identitiesOf(sandbox, "sender");

/** The sender's own leaf. */
export async function valid(): Promise<Identity> {
  return (await sendersPki()).leaf;
}

/** A leaf for `dnsName` out of the sender's own PKI: what a careless or bribed operator there could make. */
export async function ofTheSendersPki(dnsName: string): Promise<Identity> {
  return signed(dnsName, (await sendersPki()).intermediate);
}

/** A leaf with the right name out of a PKI that nobody trusts. */
export function ofAnotherPki(dnsName: string): Identity {
  const { pem, key } = selfSigned("stranger");
  return signed(dnsName, { chain: pem, key });
}

function signed(dnsName: string, issuer: Identity): Identity {
  return inFolder((folder) => {
    const file = (name: string) => join(folder, name);
    writeFileSync(file("ca.pem"), issuer.chain);
    writeFileSync(file("ca.key"), issuer.key);
    writeFileSync(
      file("extensions"),
      `subjectAltName=DNS:${dnsName}\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n`,
    );
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("leaf.key")];
    openssl("req", "-new", ...key, "-subj", `/CN=${dnsName}`, "-out", file("leaf.csr"));
    const authority = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "1"];
    const request = ["-in", file("leaf.csr"), "-extfile", file("extensions"), "-out", file("leaf.pem")];
    openssl("x509", "-req", ...request, ...authority);
    return {
      chain: readFileSync(file("leaf.pem"), "utf8") + issuer.chain,
      key: readFileSync(file("leaf.key"), "utf8"),
    };
  });
}

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Attempt {
  /** curl's exit code; 28 is a timeout, 56 and 92 a connection that was reset or closed. */
  readonly code: number;
  /** HTTP status, 0 without an answer. */
  readonly status: number;
}

/** One request with curl from a host: the path is sent byte for byte as given. */
export async function attempt(
  host: string,
  endpoint: string,
  path: string,
  words: readonly string[],
): Promise<Attempt> {
  const quiet = ["--silent", "--insecure", "--path-as-is", "--http2", "--max-time", "4", "--output", "/dev/null"];
  const argv = ["curl", ...quiet, "--write-out", "%{http_code}", ...words, `https://${endpoint}${path}`];
  const { code, stdout } = await sandbox.world.exec(host, argv);
  return { code, status: Number(stdout) };
}
