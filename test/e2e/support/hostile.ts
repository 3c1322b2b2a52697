import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pulumi, sandbox } from "./sandbox.ts";

/** A certificate chain and its key. */
export interface Identity {
  readonly chain: string;
  readonly key: string;
}

interface StateResource {
  readonly type: string;
  readonly urn: string;
  readonly outputs: Record<string, string>;
}

/** A stack's resources with their secrets in clear: what somebody has who holds the state and its passphrase. */
async function resourcesOf(role: string): Promise<StateResource[]> {
  const { stdout } = await pulumi().must(["stack", "export", "-s", role, "--show-secrets"]);
  const unwrap = (_key: string, value: unknown) =>
    typeof value === "object" && value !== null && "plaintext" in value ? JSON.parse(String(value.plaintext)) : value;
  return (JSON.parse(stdout, unwrap) as { deployment: { resources: StateResource[] } }).deployment.resources;
}

/** The sender's own leaf. */
export async function rightful(): Promise<Identity> {
  const resources = await resourcesOf("sender");
  const output = (name: string, key: string) =>
    resources.find(({ urn }) => urn.endsWith(`::${name}`))?.outputs[key] ?? "";
  const [leaf, intermediate] = ["leaf", "intermediate"].map((tier) =>
    output(`sender-${tier}-g1-certificate`, "certPem"),
  );
  return { chain: `${leaf}${intermediate}`, key: output("sender-leaf-g1-key", "privateKeyPem") };
}

/** A leaf for `dnsName` out of the sender's own PKI: what a careless or bribed operator there could make. */
export async function ofTheSendersPki(dnsName: string): Promise<Identity> {
  const resources = await resourcesOf("sender");
  const output = (name: string, key: string) =>
    resources.find(({ urn }) => urn.endsWith(`::${name}`))?.outputs[key] ?? "";
  return signed(dnsName, {
    chain: output("sender-intermediate-g1-certificate", "certPem"),
    key: output("sender-intermediate-g1-key", "privateKeyPem"),
  });
}

/** A leaf with the right name out of a PKI that nobody trusts. */
export function ofAnotherPki(dnsName: string): Identity {
  return inFolder((folder) => {
    const [key, chain] = [join(folder, "ca.key"), join(folder, "ca.pem")];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    openssl(...request, "-subj", "/CN=stranger", "-keyout", key, "-out", chain);
    return signed(dnsName, { chain: readFileSync(chain, "utf8"), key: readFileSync(key, "utf8") });
  });
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

function openssl(...words: string[]): void {
  execFileSync("openssl", words, { stdio: "pipe" });
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
