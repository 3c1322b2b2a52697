import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openssl } from "./openssl.ts";

export interface Issued {
  readonly pem: string;
  readonly key: string;
}

export interface Wanted {
  /** As `subjectAltName` takes it; none without. */
  readonly names?: string;
  /** Extended key usage; none if empty. Default: a client's. */
  readonly usage?: string;
  /** When it ended, `YYYYMMDDHHMMSSZ`; default: in a day. */
  readonly endedAt?: string;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** A root made with OpenSSL, which issues whatever it is asked for. */
export class Authority {
  readonly #directory = mkdtempSync(join(tmpdir(), "authority-"));
  readonly pem: string;
  #serial = 1;

  constructor(name: string) {
    const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
    const added = extensions.flatMap((one) => ["-addext", one]);
    const files = ["-keyout", this.#file("ca.key"), "-out", this.#file("ca.pem")];
    openssl("req", "-x509", ...newKey, ...files, "-days", "2", "-subj", `/CN=${name}`, ...added);
    this.pem = readFileSync(this.#file("ca.pem"), "utf8");
  }

  /** @param commonName of the subject, which nobody compares */
  issue(commonName: string, { names, usage = "clientAuth", endedAt }: Wanted = {}): Issued {
    const at = this.#file(`${this.#serial}`);
    openssl("req", "-new", ...newKey, "-keyout", `${at}.key`, "-subj", `/CN=${commonName}`, "-out", `${at}.csr`);
    const lines = [
      "basicConstraints=CA:FALSE",
      "keyUsage=digitalSignature",
      ...(usage === "" ? [] : [`extendedKeyUsage=${usage}`]),
      ...(names === undefined ? [] : [`subjectAltName=${names}`]),
    ];
    writeFileSync(`${at}.ext`, `${lines.join("\n")}\n`);
    const signer = ["-CA", this.#file("ca.pem"), "-CAkey", this.#file("ca.key"), "-set_serial", `${this.#serial}`];
    const request = ["-in", `${at}.csr`, "-extfile", `${at}.ext`, "-out", `${at}.pem`];
    if (endedAt === undefined) openssl("x509", "-req", ...request, ...signer, "-days", "1");
    else this.#issueUntil(endedAt, request);
    this.#serial += 1;
    return { pem: readFileSync(`${at}.pem`, "utf8"), key: readFileSync(`${at}.key`, "utf8") };
  }

  /** Only this command of OpenSSL 3.0 takes a time that is over. */
  #issueUntil(endedAt: string, request: readonly string[]): void {
    const [database, configuration] = [this.#file("index.txt"), this.#file("ca.cnf")];
    writeFileSync(database, "");
    const lines = ["[ca]", "default_ca = own", "[own]", `database = ${database}`, `new_certs_dir = ${this.#directory}`];
    const more = ["rand_serial = yes", "default_md = sha256", "policy = any", "[any]", "commonName = supplied"];
    writeFileSync(configuration, `${[...lines, ...more].join("\n")}\n`);
    const signer = ["-cert", this.#file("ca.pem"), "-keyfile", this.#file("ca.key")];
    const time = ["-startdate", "20260101000000Z", "-enddate", endedAt];
    openssl("ca", "-batch", "-notext", "-config", configuration, ...signer, ...time, ...request);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #file(name: string): string {
    return join(this.#directory, name);
  }
}
