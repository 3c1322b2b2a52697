/**
 * What AWS has around a host, as texts that are the same from the state and from AWS, so that both can be compared as lists.
 * Of a policy document only a hash is shown.
 */
import { policyDigest } from "./policy-digest.ts";

export const roleTexts = (role: string) => ({
  trust: (document: string) => `${role}: trust policy ${policyDigest(document)}`,
  boundary: (arn: string) => `${role}: permissions boundary ${arn}`,
  inline: (name: string, document: string) => `${role}: inline policy ${name} ${policyDigest(document)}`,
  attached: (arn: string) => `${role}: attached policy ${arn}`,
  profile: (name: string) => `${role}: in instance profile ${name}`,
});

export const keyTexts = (key: string) => ({
  state: (state: string) => `${key}: ${state}`,
  policy: (document: string) => `${key}: policy ${policyDigest(document)}`,
  rotation: (isOn: boolean) => `${key}: rotation ${isOn ? "on" : "off"}`,
  grant: (operations: readonly string[], grantee: string) => `${key}: grant of ${operations.join(", ")} to ${grantee}`,
});

export const bucketTexts = (bucket: string) => ({
  policy: (document: string) => `${bucket}: policy ${policyDigest(document)}`,
  blocks: (what: string) => `${bucket}: ${what}`,
  owner: (ownership: string) => `${bucket}: objects owned by ${ownership}`,
  versioning: (status: string) => `${bucket}: versioning ${status}`,
  encryption: (algorithm: string) => `${bucket}: encryption ${algorithm}`,
  replication: (to: string) => `${bucket}: replication to ${to}`,
  notification: (to: string) => `${bucket}: notifications to ${to}`,
  lifecycle: (rule: string) => `${bucket}: lifecycle rule ${rule}`,
});

export const routeText = (table: string, destination: string, target: string) =>
  `${table}: ${destination} to ${target}`;
export const associationText = (subnet: string, table: string) => `${subnet} uses ${table}`;

/** Of the network: everything that decides which names its hosts get answers for. */
export const dnsTexts = {
  /** A group asks its rules before those of groups with a higher priority. */
  group: (group: string, priority: number | undefined, protection: string) =>
    `${group}: asked at ${priority}, mutation protection ${protection}`,
  rule: (group: string, priority: number | undefined, action: string, domains: readonly string[]) =>
    `${group}: at ${priority} ${action} ${domains.toSorted().join(" ")}`,
  failOpen: (status: string) => `answers while the firewall fails: ${status}`,
};

export const balancerTexts = (balancer: string) => ({
  scheme: (scheme: string) => `${balancer}: ${scheme}`,
  attribute: (key: string, value: string) => `${balancer}: ${key}=${value}`,
  listener: (protocol: string, port: number | undefined, group: string) =>
    `${balancer}: ${protocol} ${port} to ${group}`,
  /** Whether its groups' rules apply to traffic by PrivateLink, which brings no address of a sender. */
  privateLink: (enforced: string) => `${balancer}: rules for PrivateLink traffic ${enforced}`,
});

export const targetGroupTexts = (group: string) => ({
  kind: (protocol: string, port: number | undefined, type: string) => `${group}: ${protocol} ${port} by ${type}`,
  health: (protocol: string, port: string, path: string) => `${group}: health by ${protocol} ${port} ${path}`,
  attribute: (key: string, value: string) => `${group}: ${key}=${value}`,
  target: (id: string, port: number | undefined) => `${group}: target ${id} port ${port}`,
});

export const endpointServiceText = (id: string) => `endpoint service ${id} leads to a load balancer of this network`;

/** Attributes of a target group that decide whose address Envoy sees, and how long a host is still sent connections. */
export const targetGroupAttributes = [
  "deregistration_delay.timeout_seconds",
  "preserve_client_ip.enabled",
  "proxy_protocol_v2.enabled",
] as const;
