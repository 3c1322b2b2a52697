/** Functions of the provider: what a program can ask AWS without creating anything. */
import { integer, list, map, object, string } from "../plugins/rpc/schema.ts";
import { AwsError } from "./aws-error.ts";
import { PREFIX_LISTS, REGION, ZONES } from "./catalogue.ts";
import { EC2_LOOK_UPS } from "./ec2/look-ups.ts";
import { define, type Invoke } from "./invoke.ts";

const required = { required: true } as const;

const getCallerIdentity = define({
  token: "aws:index/getCallerIdentity:getCallerIdentity",
  inputs: {},
  outputs: { accountId: string(required), arn: string(required), id: string(required), userId: string(required) },
  invoke: (_args, { caller }) => ({
    accountId: caller.account,
    arn: caller.arn,
    id: caller.account,
    userId: caller.userId,
  }),
});

const getPartition = define({
  token: "aws:index/getPartition:getPartition",
  inputs: {},
  outputs: {
    dnsSuffix: string(required),
    id: string(required),
    partition: string(required),
    reverseDnsPrefix: string(required),
  },
  invoke: () => ({ dnsSuffix: "amazonaws.com", id: "aws", partition: "aws", reverseDnsPrefix: "com.amazonaws" }),
});

const getRegion = define({
  token: "aws:index/getRegion:getRegion",
  inputs: {},
  outputs: {
    description: string(required),
    endpoint: string(required),
    id: string(required),
    name: string(required),
    region: string(required),
  },
  invoke: (_args, { region }) => ({
    description: "Europe (Ireland)",
    endpoint: `ec2.${region}.amazonaws.com`,
    id: region,
    name: region,
    region,
  }),
});

const getAvailabilityZones = define({
  token: "aws:index/getAvailabilityZones:getAvailabilityZones",
  inputs: { state: string({ oneOf: ["available"] }) },
  outputs: {
    groupNames: list(string(), required),
    id: string(required),
    names: list(string(), required),
    region: string(required),
    state: string(),
    zoneIds: list(string(), required),
  },
  invoke: ({ state }, { region }) => ({
    groupNames: [`${region}-zg-1`],
    id: region,
    names: ZONES.map((zone) => zone.name),
    region,
    ...(state === undefined ? {} : { state }),
    zoneIds: ZONES.map((zone) => zone.id),
  }),
});

const getPrefixList = define({
  token: "aws:ec2/getPrefixList:getPrefixList",
  inputs: { name: string(), prefixListId: string() },
  outputs: {
    cidrBlocks: list(string(), required),
    id: string(required),
    name: string(required),
    prefixListId: string(),
    region: string(required),
  },
  invoke: ({ name, prefixListId }, { region }) => {
    const found = prefixListNamed({ name, id: prefixListId });
    return { cidrBlocks: [...found.cidrs], id: found.id, name: found.name, prefixListId: found.id, region };
  },
});

const getManagedPrefixList = define({
  token: "aws:ec2/getManagedPrefixList:getManagedPrefixList",
  inputs: { id: string(), name: string() },
  outputs: {
    addressFamily: string(required),
    arn: string(required),
    entries: list(object({ cidr: string(required), description: string(required) }), required),
    id: string(required),
    maxEntries: integer(required),
    name: string(required),
    ownerId: string(required),
    region: string(required),
    tags: map(string(), required),
    version: integer(required),
  },
  invoke: ({ name, id }, { region }) => {
    const found = prefixListNamed({ name, id });
    return {
      addressFamily: "IPv4",
      arn: `arn:aws:ec2:${region}:aws:prefix-list/${found.id}`,
      entries: found.cidrs.map((cidr) => ({ cidr, description: "" })),
      id: found.id,
      maxEntries: 0,
      name: found.name,
      ownerId: "AWS",
      region,
      tags: {},
      version: 0,
    };
  },
});

function prefixListNamed(wanted: {
  name?: string | undefined;
  id?: string | undefined;
}): (typeof PREFIX_LISTS)[number] {
  const found = PREFIX_LISTS.filter(
    (item) => (wanted.name ?? item.name) === item.name && (wanted.id ?? item.id) === item.id,
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const known = PREFIX_LISTS.map((item) => item.name).join(", ");
    throw new AwsError(
      "InvalidPrefixListId.NotFound",
      `${found.length} prefix lists match ${JSON.stringify(wanted)}; ${REGION} of the sandbox has: ${known}`,
    );
  }
  return only;
}

export const INVOKES: ReadonlyMap<string, Invoke> = new Map(
  [
    getCallerIdentity,
    getPartition,
    getRegion,
    getAvailabilityZones,
    getPrefixList,
    getManagedPrefixList,
    ...EC2_LOOK_UPS,
  ].map((invoke) => [invoke.token, invoke]),
);
