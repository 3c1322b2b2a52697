/** Functions of the provider about what an account has in EC2. */
import { boolean, integer, list, map, object, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { define, type Invoke } from "../invoke.ts";
import type { Used } from "./seen.ts";

const required = { required: true } as const;
const filters = list(object({ name: string(required), values: list(string(), required) }));
type Filters = readonly { readonly name: string; readonly values: readonly string[] }[];

/** DescribeVpcs with filters `tag:KEY`. Without a match the answer is an empty list. */
const getVpcs = define({
  token: "aws:ec2/getVpcs:getVpcs",
  inputs: { tags: map(string()) },
  outputs: {
    id: string(required),
    ids: list(string(), required),
    region: string(required),
    tags: map(string(), required),
  },
  async invoke({ tags: wanted = {} }, { region, seen }) {
    const found = (await seen("ec2:DescribeVpcs")).vpcs.filter(({ tags }) => isSubset(wanted, tags));
    return { id: region, ids: found.map(({ id }) => id), region, tags: wanted };
  },
});

/** The data source of one VPC; more than one match and none are errors. */
const getVpc = define({
  token: "aws:ec2/getVpc:getVpc",
  inputs: { id: string() },
  outputs: {
    cidrBlock: string(required),
    id: string(required),
    region: string(required),
    tags: map(string(), required),
  },
  async invoke({ id: wanted }, { region, seen }) {
    const found = (await seen("ec2:DescribeVpcs")).vpcs.filter(({ id }) => wanted === undefined || id === wanted);
    const [only] = found;
    if (only === undefined) throw new AwsError("InvalidVpcID.NotFound", "no matching EC2 VPC found");
    if (found.length > 1) throw new AwsError("InvalidParameterValue", "multiple EC2 VPCs matched");
    return { cidrBlock: only.cidrBlock, id: only.id, region, tags: { ...only.tags } };
  },
});

const isSubset = (some: Readonly<Record<string, string>>, all: Readonly<Record<string, string>>) =>
  Object.entries(some).every(([key, value]) => all[key] === value);

/** The data source of one Elastic IP, by its allocation. */
const getElasticIp = define({
  token: "aws:ec2/getElasticIp:getElasticIp",
  inputs: { id: string(required) },
  outputs: {
    id: string(required),
    publicIp: string(required),
    region: string(required),
    tags: map(string(), required),
  },
  async invoke({ id }, { region, seen }) {
    const found = (await seen("ec2:DescribeAddresses")).addresses.find((one) => one.id === id);
    if (found === undefined) {
      throw new AwsError("InvalidAllocationID.NotFound", `The allocation ID '${id}' does not exist`);
    }
    return { id, publicIp: found.publicIp, region, tags: { ...found.tags } };
  },
});

/** The data source of one volume; none and several are errors. */
const getVolume = define({
  token: "aws:ebs/getVolume:getVolume",
  inputs: { filters },
  outputs: {
    availabilityZone: string(required),
    encrypted: boolean(required),
    id: string(required),
    region: string(required),
    size: integer(required),
    snapshotId: string(required),
    tags: map(string(), required),
    volumeId: string(required),
  },
  async invoke({ filters: wanted }, { region, seen }) {
    const [only] = (await seen("ec2:DescribeVolumes")).volumes.filter(({ id }) =>
      passes(wanted, { "volume-id": [id] }),
    );
    if (only === undefined) throw new AwsError("NotFound", "Your query returned no results. Please change your search");
    const { id, zone, encrypted, size, snapshotId, tags } = only;
    return { id, volumeId: id, availabilityZone: zone, encrypted, region, size, snapshotId, tags: { ...tags } };
  },
});

/** DescribeVolumes. Without a match the answer is an empty list. */
const getEbsVolumes = define({
  token: "aws:ebs/getEbsVolumes:getEbsVolumes",
  inputs: { filters },
  outputs: { id: string(required), ids: list(string(), required), region: string(required) },
  async invoke({ filters: wanted }, { region, seen }) {
    const found = (await seen("ec2:DescribeVolumes")).volumes.filter(({ id }) => passes(wanted, { "volume-id": [id] }));
    return { id: region, ids: found.map(({ id }) => id), region };
  },
});

/** The data source of one snapshot; none and several are errors. */
const getSnapshot = define({
  token: "aws:ebs/getSnapshot:getSnapshot",
  inputs: { owners: list(string()), snapshotIds: list(string(), required) },
  outputs: {
    encrypted: boolean(required),
    id: string(required),
    ownerId: string(required),
    region: string(required),
    snapshotId: string(required),
    state: string(required),
    tags: map(string(), required),
    volumeId: string(required),
    volumeSize: integer(required),
  },
  // There are no snapshots of other accounts here, so `owners` leaves none out.
  async invoke({ snapshotIds }, { caller, region, seen }) {
    const [id = ""] = snapshotIds;
    const found = (await seen("ec2:DescribeSnapshots")).snapshots.find((one) => one.id === id);
    if (found === undefined) {
      throw new AwsError("InvalidSnapshot.NotFound", `The snapshot '${id}' does not exist.`);
    }
    const { encrypted, size, tags, volumeId } = found;
    return {
      ...{ id, snapshotId: id, ownerId: caller.account, encrypted, region, state: "completed" },
      ...{ tags: { ...tags }, volumeId, volumeSize: size },
    };
  },
});

/** DescribeInstances, by the volumes that they have. */
const getInstances = define({
  token: "aws:ec2/getInstances:getInstances",
  inputs: { filters, instanceStateNames: list(string()) },
  outputs: { id: string(required), ids: list(string(), required), region: string(required) },
  async invoke({ filters: wanted }, { region, seen }) {
    const found = (await seen("ec2:DescribeInstances")).instances.filter((one) =>
      passes(wanted, { "block-device-mapping.volume-id": one.has, "vpc-id": [one.vpcId] }),
    );
    return { id: region, ids: idsOf(found), region };
  },
});

/** DescribeNetworkInterfaces, by the Elastic IP that they have. */
const getNetworkInterfaces = define({
  token: "aws:ec2/getNetworkInterfaces:getNetworkInterfaces",
  inputs: { filters },
  outputs: { id: string(required), ids: list(string(), required), region: string(required) },
  async invoke({ filters: wanted }, { region, seen }) {
    const found = (await seen("ec2:DescribeNetworkInterfaces")).interfaces.filter((one) =>
      passes(wanted, { "association.allocation-id": one.has, "vpc-id": [one.vpcId] }),
    );
    return { id: region, ids: idsOf(found), region };
  },
});

const idsOf = (found: readonly Used[]) => found.map(({ id }) => id);

/** As EC2 filters: each filter has a value that the resource has. One that is not modelled is refused. */
function passes(wanted: Filters = [], values: Readonly<Record<string, readonly string[]>>): boolean {
  return wanted.every(({ name, values: some }) => {
    const own = values[name];
    if (own === undefined) throw new AwsError("NotModelled", `the sandbox does not know the filter ${name}`);
    return own.some((value) => some.includes(value));
  });
}

export const EC2_LOOK_UPS: readonly Invoke[] = [
  getVpcs,
  getVpc,
  getElasticIp,
  getVolume,
  getEbsVolumes,
  getSnapshot,
  getInstances,
  getNetworkInterfaces,
];
