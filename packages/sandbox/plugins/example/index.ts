/** A PKI of three tiers, and a command that is run again for each new root. */
import * as command from "@pulumi/command";
import { Config, CustomResource, type Input, type Output } from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

const config = new Config();
const AUTHORITY = { isCaCertificate: true, allowedUses: ["cert_signing", "crl_signing"] };

interface Authority {
  readonly key: tls.PrivateKey;
  readonly pem: Output<string>;
}

function privateKey(name: string): tls.PrivateKey {
  return new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" });
}

function selfSigned(name: string, commonName: string): Authority {
  const key = privateKey(name);
  const certificate = new tls.SelfSignedCert(name, {
    ...AUTHORITY,
    privateKeyPem: key.privateKeyPem,
    subject: { commonName },
    maxPathLength: 1,
    validityPeriodHours: 24 * 365,
  });
  return { key, pem: certificate.certPem };
}

function signed(
  name: string,
  authority: Authority,
  uses: { allowedUses: Input<string>[]; isCaCertificate?: boolean; earlyRenewalHours?: number },
  dnsNames: string[] = [],
): Authority {
  const key = privateKey(name);
  const request = new tls.CertRequest(`${name}-request`, {
    privateKeyPem: key.privateKeyPem,
    subject: { commonName: name },
    dnsNames,
  });
  const certificate = new tls.LocallySignedCert(name, {
    ...uses,
    caCertPem: authority.pem,
    caPrivateKeyPem: authority.key.privateKeyPem,
    certRequestPem: request.certRequestPem,
    validityPeriodHours: 24 * 30,
  });
  return { key, pem: certificate.certPem };
}

const root = selfSigned("root", `root ${config.get("generation") ?? "1"}`);
const intermediate = signed("intermediate", root, AUTHORITY);
const leaf = signed(
  "leaf",
  intermediate,
  {
    allowedUses: ["digital_signature", "client_auth"],
    earlyRenewalHours: config.getNumber("earlyRenewalHours") ?? 240,
  },
  ["sender.example.org"],
);

const announce = new command.local.Command(
  "announce",
  {
    create: "echo $WORDS",
    delete: "echo withdrawn >> withdrawn",
    environment: { WORDS: config.get("words") ?? "a new root" },
    triggers: [root.pem],
  },
  { deleteBeforeReplace: true },
);

if (config.getBoolean("slow")) new command.local.Command("slow", { create: "echo begun; tail -f /dev/null; true" });

/** A resource that the SDK's types would not let pass, to see the plugins refuse it. */
class Wrong extends CustomResource {}
const wrong = config.getObject<{ type: string; inputs: object }>("wrong");
if (wrong !== undefined) new Wrong(wrong.type, "wrong", wrong.inputs);

export const rootPem = root.pem;
export const intermediatePem = intermediate.pem;
export const leafPem = leaf.pem;
export const leafKeyPem = leaf.key.privateKeyPem;
export const announced = announce.stdout;
