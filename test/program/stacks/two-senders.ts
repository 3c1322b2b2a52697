import { selfSigned } from "../../support/openssl.ts";
import type { Registration } from "../support/recording.ts";
import { type BuildOptions, build, releaseOf } from "./stacks.ts";

/** A receiver with two senders, each with a root, a name and an address of its own. */
export const [own, rootA, rootB, stranger] = [
  selfSigned("own"),
  selfSigned("a"),
  selfSigned("b"),
  selfSigned("stranger"),
];
export const [stackA, stackB] = ["organization/metrics-link/sender-a", "organization/metrics-link/sender-b"];
export const addressA = "203.0.113.10";
const addressB = "203.0.113.20";

const contractOf = (name: string, root: { readonly pem: string }, address: string) => ({
  version: 1,
  role: "sender",
  accountId: "111111111111",
  rootBundle: root.pem,
  dnsName: `metrics-sender.${name}.internal`,
  egressAddresses: [address],
});
const contractA = contractOf("account-a", rootA, addressA);
export const contractB = contractOf("account-b", rootB, addressB);
/** The contracts of both, by their stacks. */
export const healthy = { [stackA]: contractA, [stackB]: contractB };

/** The receiver's configuration, with keys of its senders changed. */
export const declared = (b: object = {}, a: object = {}) => ({
  "metrics-link:senders": [
    { name: "account-a", stack: stackA, rootFingerprints: [rootA.fingerprint], addresses: [addressA], ...a },
    { name: "account-b", stack: stackB, rootFingerprints: [rootB.fingerprint], addresses: [addressB], ...b },
  ],
});

export interface Update {
  readonly registrations: Registration[];
  // biome-ignore lint/suspicious/noExplicitAny: the outputs of a stack have no common shape
  readonly outputs: any;
}

/** One update of the receiver. */
export async function update(options: Partial<BuildOptions> = {}): Promise<Update> {
  let outputs: Update["outputs"];
  const registrations = await build("receiver", {
    root: own.pem,
    peers: healthy,
    change: declared(),
    ...options,
    onOutputs: (found) => {
      outputs = found;
    },
  });
  return { registrations, outputs };
}

/** The addresses that are let in. */
export const ingress = (registrations: readonly Registration[]): string[] =>
  registrations
    .filter(({ type }) => type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .flatMap(({ inputs }) => inputs.cidrIpv4 ?? []);

/** All that fences are made of: rules, and the bytes of every file of Envoy's. */
export const fence = ({ registrations }: Update) => ({
  ingress: ingress(registrations),
  files: releaseOf(registrations, "receiver")
    .files.filter(({ path }) => path.startsWith("envoy/") || path.startsWith("tls/"))
    .map(({ path, sha256 }) => `${path} ${sha256}`),
});

/** The roots that are on the host. */
export const rootFiles = ({ registrations }: Update): string[] =>
  releaseOf(registrations, "receiver")
    .files.map(({ path }) => path)
    .filter((path) => path.startsWith("tls/roots/"));
