/** What names mean inside a VPC and on the sandbox's internet. Pure: topology in, addresses out. */
import type { LoadBalancer, Topology, Vpc } from "../../model/topology.ts";
import { serviceAddresses } from "../../realiser/names.ts";
import { privateHostName } from "../imds/tree.ts";

/** IPv4 addresses of a name; empty for a name that has none of the asked type; undefined for NXDOMAIN. */
export type Resolution = readonly string[] | undefined;

/** Resolves `name` as seen from `vpc`, or from the internet when there is none. */
export function resolve(topology: Topology, vpc: Vpc | undefined, name: string): Resolution {
  const asked = name.toLowerCase().replace(/\.$/, "");
  const endpoint = vpc?.interfaceEndpoints.find(({ privateDnsNames }) => privateDnsNames.some((n) => covers(n, asked)));
  if (endpoint !== undefined) return endpoint.addresses.map(({ address }) => address);
  if (vpc !== undefined && asked.endsWith(".compute.internal")) return internalName(vpc, asked);
  if (!asked.endsWith(".amazonaws.com")) return ofStranger(topology, asked);
  if (/\.elb\.[a-z0-9-]+\.amazonaws\.com$/.test(asked)) return loadBalancerName(topology, asked);
  if (asked.endsWith(".vpce.amazonaws.com")) return endpointName(topology, asked);
  if (asked.endsWith(".compute.amazonaws.com")) return publicName(vpc, asked);
  return [/(^|\.)s3[.-]/.test(asked) ? serviceAddresses.s3 : serviceAddresses.front];
}

/**
 * The name that a name leads to, which the answer has as CNAME. S3 answers so for each bucket: which name it is, is S3's own
 * business and has changed before.
 */
export function redirection(name: string): string | undefined {
  const region = /^[a-z0-9.-]+\.s3\.([a-z0-9-]+)\.amazonaws\.com$/.exec(name.toLowerCase())?.[1];
  return region === undefined || region === "dualstack" ? undefined : `s3-r-w.${region}.amazonaws.com`;
}

/**
 * A domain on the internet, `outsider.example`, with a name server of its owner's. Who gets an answer has told him the whole
 * name that he asked for.
 */
function ofStranger({ internetHosts }: Topology, name: string): Resolution {
  const owner = internetHosts.find((host) => `.${name}`.endsWith(`.${host.name}.example`));
  return owner === undefined ? undefined : [owner.address];
}

/** The name of an address of the VPC, for a reverse look-up; undefined for NXDOMAIN. */
export function reverse(vpc: Vpc | undefined, name: string): string | undefined {
  const octets = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa\.?$/i.exec(name)?.slice(1).reverse();
  if (vpc === undefined || octets === undefined || !contains(vpc.cidr, octets.join("."))) return undefined;
  return privateHostName(octets.join("."), vpc.region);
}

/** Private DNS names of an endpoint may have a wildcard in front. */
function covers(pattern: string, name: string): boolean {
  return pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : pattern === name;
}

function internalName(vpc: Vpc, name: string): Resolution {
  const address = addressIn(/^ip-(\d+)-(\d+)-(\d+)-(\d+)\./, name);
  if (address === undefined || !contains(vpc.cidr, address)) return undefined;
  return privateHostName(address, vpc.region) === name ? [address] : undefined;
}

/** An instance's public name gives its private address inside its own VPC (VPC user guide, "DNS hostnames"). */
function publicName(vpc: Vpc | undefined, name: string): Resolution {
  const address = addressIn(/^ec2-(\d+)-(\d+)-(\d+)-(\d+)\./, name);
  if (address === undefined) return undefined;
  return [vpc?.instances.find(({ publicAddress }) => publicAddress === address)?.privateAddress ?? address];
}

function loadBalancerName(topology: Topology, name: string): Resolution {
  const balancer = topology.vpcs.flatMap((vpc) => vpc.loadBalancers).find((one) => one.dnsName.toLowerCase() === name);
  return balancer === undefined ? undefined : loadBalancerAddresses(balancer);
}

/** Public addresses of an internet-facing load balancer, also inside its VPC; private ones of an internal one. */
function loadBalancerAddresses({ nodes }: LoadBalancer): readonly string[] {
  return nodes.map(({ publicAddress, privateAddress }) => publicAddress ?? privateAddress);
}

/** `vpce-ID-XXXXXXXX.SERVICE.REGION.vpce.amazonaws.com` is public and gives private addresses. */
function endpointName(topology: Topology, name: string): Resolution {
  const endpoint = topology.vpcs
    .flatMap((vpc) => vpc.interfaceEndpoints)
    .find(({ id, service }) => name.startsWith(`${id}-`) && name.split(".")[1] === service);
  return endpoint?.addresses.map(({ address }) => address);
}

function addressIn(pattern: RegExp, name: string): string | undefined {
  const octets = pattern.exec(name)?.slice(1);
  return octets?.every((octet) => Number(octet) < 256) ? octets.join(".") : undefined;
}

function contains(cidr: string, address: string): boolean {
  const [base = "", length = "32"] = cidr.split("/");
  const number = (text: string) => text.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}
