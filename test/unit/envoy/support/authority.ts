import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openssl } from "../../../support/openssl.ts";

export interface Leaf {
  /** Leaf, then intermediate. */
  readonly certificateChain: string;
  readonly privateKey: string;
}

export interface LeafProfile {
  readonly dnsName: string;
  readonly usage: "clientAuth" | "serverAuth";
  /** Instead of the name alone, as OpenSSL writes it. */
  readonly subjectAltName?: string;
  /** Negative: already expired. */
  readonly days?: number;
}

/** A root with an intermediate, made by OpenSSL, that issues leaves of any profile, wrong ones included. */
export class Authority {
  readonly root: string;
  readonly #directory: string;
  readonly #intermediate: string;
  #issued = 0;

  /** @param directory where its files go, keys included */
  constructor(directory: string, name: string) {
    this.#directory = mkdtempSync(join(directory, `${name}-`));
    const root = this.#path("root");
    openssl(
      ...["req", "-x509", ...newKey, "-keyout", `${root}.key`, "-out", `${root}.pem`],
      ...["-days", "2", "-subj", `/CN=${name} root`, "-addext", "keyUsage=critical,keyCertSign"],
    );
    this.#sign("intermediate", `${name} intermediate`, root, 2, [
      "basicConstraints=critical,CA:true,pathlen:0",
      "keyUsage=critical,keyCertSign",
    ]);
    this.root = readFileSync(`${root}.pem`, "utf8");
    this.#intermediate = this.#path("intermediate");
  }

  issue({ dnsName, usage, days = 1, subjectAltName = `DNS:${dnsName}` }: LeafProfile): Leaf {
    const name = `leaf-${this.#issued++}`;
    this.#sign(name, dnsName, this.#intermediate, days, [
      "basicConstraints=critical,CA:false",
      "keyUsage=critical,digitalSignature",
      `extendedKeyUsage=${usage}`,
      `subjectAltName=${subjectAltName}`,
    ]);
    const read = (file: string) => readFileSync(file, "utf8");
    return {
      certificateChain: read(`${this.#path(name)}.pem`) + read(`${this.#intermediate}.pem`),
      privateKey: read(`${this.#path(name)}.key`),
    };
  }

  #sign(name: string, commonName: string, issuer: string, days: number, extensions: readonly string[]): void {
    const file = this.#path(name);
    writeFileSync(`${file}.ext`, extensions.join("\n"));
    openssl("req", "-new", ...newKey, "-keyout", `${file}.key`, "-out", `${file}.csr`, "-subj", `/CN=${commonName}`);
    openssl(
      ...["x509", "-req", "-in", `${file}.csr`, "-out", `${file}.pem`, "-days", String(days)],
      ...["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-extfile", `${file}.ext`],
    );
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
