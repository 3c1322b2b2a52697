import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Configuration, parseConfiguration } from "@metrics-link/config";
import { fingerprintOf, leafNames } from "@metrics-link/contract";
import type { Seen } from "@metrics-link/policy";
import type { Asked } from "@metrics-link/review";
import { openssl } from "../../../support/openssl.ts";
import { authority, type KeyPair, newKey } from "../../../unit/pki/support.ts";
import { build, configurationOf, exchangeStack, type Role } from "../../stacks/stacks.ts";
import type { Registration } from "../../support/recording.ts";

/** A stack as the real program would deploy it, and as the engine would show it to a policy pack. */
export interface Deployed {
  readonly configuration: Configuration;
  /** What resource policies see: inputs. */
  readonly inputs: readonly Seen[];
  /** What stack policies see: everything, as it is afterwards. */
  readonly outputs: readonly Seen[];
  /** What the program asked of the engine. */
  readonly asked: readonly Asked[];
}

const organizations: Record<Role, string> = { sender: "Account A Metrics", receiver: "Account B Metrics" };
const names: Record<Role, string> = {
  sender: "metrics-sender.account-a.internal",
  receiver: "metrics-ingest.account-b.internal",
};
const usages: Record<Role, string> = { sender: "clientAuth", receiver: "serverAuth" };

/** A third-party service that both configurations name. */
const endpointServices = ["com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"];

/** Both sides' certificates, created once because OpenSSL is slow. */
function makePki(role: Role) {
  const organization = organizations[role];
  const root = authority({ commonName: `${organization} Root CA G1`, organization });
  const intermediate = authority({
    commonName: `${organization} Intermediate CA G1`,
    organization,
    issuer: root,
    days: 1825,
  });
  return { root, intermediate, leaf: leafOf(role, intermediate) };
}

function leafOf(role: Role, issuer: KeyPair): string {
  const folder = mkdtempSync(join(tmpdir(), "leaf-"));
  try {
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const key = file("key", newKey());
    const request = file("request", openssl("req", "-new", "-key", key, "-subj", `/CN=${names[role]}`));
    const san = leafNames(names[role], 1).map((name) => `DNS:${name}`);
    const extensions = file("extensions", `subjectAltName=${san.join()}\nextendedKeyUsage=${usages[role]}\n`);
    const signer = ["-CA", file("ca", issuer.pem), "-CAkey", file("ca.key", issuer.key), "-days", "30"];
    return openssl("x509", "-req", "-in", request, ...signer, "-extfile", extensions);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const peerStack = { sender: "organization/metrics-link/receiver", receiver: "organization/metrics-link/sender" };
const issued = Date.now();
let made: Record<Role, ReturnType<typeof makePki>> | undefined;

/** Changes of the defaults for both roles. */
export interface DeployOptions {
  /** Sections of the configuration by their whole key, over those of the example. */
  readonly change?: Partial<Record<Role, Readonly<Record<string, object>>>>;
  /** Whether each account has an exchange stack, with the addresses. */
  readonly hasExchange?: boolean;
  /** Another stack's outputs by its name. */
  readonly stacks?: Readonly<Record<string, { readonly contract: object }>>;
}

/**
 * Runs the program of both roles under mocks, with roots that a ceremony made and with its peer's contract. The
 * certificates are the same each time.
 */
export const deployBoth = async (options: DeployOptions = {}): Promise<Record<Role, Deployed>> => ({
  sender: await deployOne("sender", options),
  receiver: await deployOne("receiver", options),
});

/** The same of one role. */
export async function deployOne(
  role: Role,
  { change: changed = {}, hasExchange = false, stacks = {} }: DeployOptions,
): Promise<Deployed> {
  made ??= { sender: makePki("sender"), receiver: makePki("receiver") };
  const pki = made;
  const contract = (role: Role, rest: object) => ({
    version: 1,
    role,
    accountId: role === "sender" ? "111111111111" : "222222222222",
    rootBundle: pki[role].root.pem,
    dnsName: names[role],
    ...rest,
  });
  const addresses = { sender: ["203.0.113.10"], receiver: ["198.51.100.10", "198.51.100.11"] };
  const peers = {
    sender: contract("receiver", { endpointAddresses: addresses.receiver, endpointPort: 443 }),
    receiver: contract("sender", { egressAddresses: addresses.sender }),
  };
  const fingerprints = (role: Role) => [fingerprintOf(pki[role].root.pem)];
  const pins = {
    sender: {
      "metrics-link:peer": {
        stack: "organization/metrics-link/receiver",
        rootFingerprints: fingerprints("receiver"),
        addresses: addresses.receiver,
      },
    },
    receiver: {
      "metrics-link:senders": [
        {
          name: "account-a",
          stack: "organization/metrics-link/sender",
          rootFingerprints: fingerprints("sender"),
          addresses: addresses.sender,
          labels: { account: "111111111111" },
        },
      ],
    },
  };
  const contracts = Object.fromEntries(Object.entries(stacks).map(([name, { contract }]) => [name, contract]));
  return await deploy(role);

  async function deploy(role: Role): Promise<Deployed> {
    const { root, intermediate, leaf } = pki[role];
    const artifacts = mkdtempSync(join(tmpdir(), "artifacts-"));
    try {
      writeFileSync(join(artifacts, "root-g1.pem"), root.pem);
      writeFileSync(join(artifacts, "intermediate-g1.pem"), intermediate.pem);
      const change = {
        ...pins[role],
        "metrics-link:network": {
          cidr: "10.10.0.0/16",
          zones: ["eu-west-1a", "eu-west-1b"],
          endpointServices,
          documentationAddresses: true,
        },
        "metrics-link:pki": {
          organization: organizations[role],
          dnsName: names[role],
          root: "offline",
          artefacts: artifacts,
        },
      };
      for (const [key, section] of Object.entries(changed[role] ?? {})) {
        const known = (change as Record<string, object>)[key] ?? exampleSection(role, key);
        Object.assign(change, { [key]: Array.isArray(section) ? section : { ...known, ...section } });
      }
      const whole = { ...change, ...(hasExchange && { "metrics-link:exchange": exchangeStack }) };
      let outputs: object = {};
      const asked: Asked[] = [];
      const registrations = await build(role, {
        change: whole,
        peers: { ...contracts, [peerStack[role]]: peers[role] },
        root: root.pem,
        exchange: {
          addresses: addresses[role].map((address, index) => ({ allocationId: `eipalloc-0000000${index}`, address })),
        },
        asked,
        before: { pki: inForce(role, root, intermediate) },
        answers: {
          "tls:index/privateKey:PrivateKey": ({ name }) => ({
            privateKeyPem: pemOf(name),
            privateKeyPemPkcs8: pemOf(name),
            publicKeyPem: intermediate.publicKey,
          }),
          "tls:index/locallySignedCert:LocallySignedCert": () => ({
            certPem: leaf,
            validityStartTime: new Date(issued).toISOString(),
            validityEndTime: new Date(issued + 30 * 86_400_000).toISOString(),
          }),
        },
        onOutputs: (found) => {
          outputs = found;
        },
      });
      const raw = Object.entries(configurationOf(role, whole))
        .filter(([key]) => key.startsWith("metrics-link:"))
        .map(([key, value]) => [key.slice("metrics-link:".length), /^[[{]/.test(value) ? JSON.parse(value) : value]);
      return {
        configuration: parseConfiguration(Object.fromEntries(raw)),
        ...shownTo(registrations, outputs),
        asked,
      };
    } finally {
      rmSync(artifacts, { recursive: true });
    }
  }
}

const exampleSection = (role: Role, key: string): object => JSON.parse(configurationOf(role, {})[key] ?? "{}");

/** Looks like a private key to a policy, but is none. */
const pemOf = (name: string) => `-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n`;

const inForce = (role: Role, root: KeyPair, intermediate: KeyPair) => ({
  stack: "organization/metrics-link/test",
  root: "offline",
  generations: { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 },
  roots: { "1": fingerprintOf(root.pem) },
  intermediates: { "1": { request: `REQUEST ${role}`, publicKey: intermediate.publicKey } },
});

/** The engine shows a pack every resource but stack references, with secrets opened and with its provider. */
function shownTo(registrations: readonly Registration[], stackOutputs: object): Pick<Deployed, "inputs" | "outputs"> {
  const shown = registrations.filter(({ type }) => type !== "pulumi:pulumi:StackReference");
  const providers = new Map(
    shown
      .filter(({ type }) => type.startsWith("pulumi:providers:"))
      .map(({ type, name, inputs }) => [`${type}::${name}`, { type, name, urn: urnOf(type, name), props: inputs }]),
  );
  const see = ({ type, name, options }: Registration, props: unknown): Seen => {
    const key = /(pulumi:providers:\w+::[^:]+)::/.exec(options?.provider ?? "")?.[1];
    const provider = key === undefined ? undefined : providers.get(key);
    return {
      type,
      name,
      urn: urnOf(type, name),
      props: opened(props) as Seen["props"],
      opts: { ...noOptions, protect: options?.protect ?? false },
      ...(provider && { provider }),
    };
  };
  const stack: Registration = { type: "pulumi:pulumi:Stack", name: "metrics-link-test", inputs: {} };
  return {
    inputs: [see(stack, {}), ...shown.map((one) => see(one, one.inputs))],
    outputs: [see(stack, stackOutputs), ...shown.map((one) => see(one, one.outputs))],
  };
}

const urnOf = (type: string, name: string) => `urn:pulumi:test::metrics-link::${type}::${name}`;

const noOptions = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};

const signature = "4dabf18193072939515e22adb298388d";

/** Plain data without secret wrappers and undefined values. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (signature in fields) return "value" in fields ? opened(fields.value) : {};
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, found]) => found !== undefined)
      .map(([key, found]) => [key, opened(found)]),
  );
}
