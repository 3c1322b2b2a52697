import type { _InstanceType, HttpTokensState, VolumeType } from "@aws-sdk/client-ec2";
import { boolean, object, set, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { atomically, awsResourceType } from "../aws-resource-type.ts";
import { keyNamed } from "../kms/key.ts";
import type { Resource } from "../resource.ts";
import { tagOutput, tagSpecifications } from "../tags.ts";
import { known } from "../values.ts";
import { groupsOf, instanceInputs, refuseUnfit, rootBlockDevice, rootOf } from "./instance-request.ts";
import { retag } from "./retag.ts";
import { newInterface, subnet } from "./subnet.ts";
import { volumeFaults } from "./volume.ts";

/** An instance with one network interface, in a subnet, with a private address only. */
export const instance = awsResourceType({
  type: "aws:ec2/instance:Instance",
  inputs: instanceInputs,
  outputs: {
    arn: string({ required: true }),
    associatePublicIpAddress: boolean({ required: true }),
    availabilityZone: string({ required: true }),
    instanceState: string({ required: true, changesOnUpdate: true }),
    primaryNetworkInterfaceId: string({ required: true }),
    privateDns: string({ required: true }),
    privateIp: string({ required: true }),
    rootBlockDevice: object(
      { ...rootBlockDevice, deviceName: string({ required: true }), volumeId: string({ required: true }) },
      { required: true },
    ),
    vpcSecurityGroupIds: set(string(), { required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "InvalidInstanceID.NotFound", message: `The instance ID '${id}' does not exist` }),

  check(inputs) {
    const root = known(inputs.rootBlockDevice);
    if (root === undefined) return [];
    const path = (name: string) => `rootBlockDevice.${name}`;
    const faults = volumeFaults(
      {
        type: root.volumeType,
        ...(root.volumeSize === undefined ? {} : { size: root.volumeSize }),
        ...(root.iops === undefined ? {} : { iops: root.iops }),
        ...(root.throughput === undefined ? {} : { throughput: root.throughput }),
      },
      { size: path("volumeSize"), iops: path("iops"), throughput: path("throughput") },
    );
    if (root.kmsKeyId !== undefined && root.encrypted !== true) {
      faults.push({ property: path("kmsKeyId"), reason: "is given, so encrypted must be true" });
    }
    return faults;
  },

  diff(_olds, news, changes) {
    const change = changes.get("userDataBase64");
    if (change !== undefined && news.userDataReplaceOnChange === true) {
      changes.set("userDataBase64", { ...change, replace: true });
    }
    return changes;
  },

  async create(scope, inputs) {
    const { ec2 } = scope.aws;
    const home = scope.get(subnet, inputs.subnetId);
    const image = refuseUnfit(scope, inputs, home.inputs.vpcId, home.outputs.availabilityZone);
    const own = newInterface(scope, home.id, inputs.privateIp);
    const root = rootOf(inputs, image);
    const groups = groupsOf(scope, inputs, home.inputs.vpcId);
    const key = root.kmsKeyId === undefined ? undefined : keyNamed(scope, root.kmsKeyId);
    return atomically(async (undo) => {
      const made = await ec2.runInstances({
        MinCount: 1,
        MaxCount: 1,
        ImageId: inputs.ami,
        InstanceType: inputs.instanceType as _InstanceType,
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            SubnetId: home.id,
            PrivateIpAddress: own.privateAddress,
            Groups: groups,
            DeleteOnTermination: true,
            AssociatePublicIpAddress: false,
          },
        ],
        BlockDeviceMappings: [
          {
            DeviceName: image.rootDeviceName,
            Ebs: {
              DeleteOnTermination: root.deleteOnTermination,
              Encrypted: root.encrypted ?? false,
              KmsKeyId: key?.arn,
              VolumeSize: root.volumeSize,
              VolumeType: root.volumeType as VolumeType,
            },
          },
        ],
        ...(inputs.iamInstanceProfile === undefined ? {} : { IamInstanceProfile: { Name: inputs.iamInstanceProfile } }),
        MetadataOptions: {
          HttpTokens: inputs.metadataOptions?.httpTokens as HttpTokensState,
          HttpPutResponseHopLimit: inputs.metadataOptions?.httpPutResponseHopLimit,
        },
        UserData: inputs.userDataBase64,
        TagSpecifications: tagSpecifications("instance", inputs.tags),
      });
      const id = made.Instances?.[0]?.InstanceId ?? "";
      undo(() => ec2.terminateInstances({ InstanceIds: [id] }));
      const described = await ec2.describeInstances({ InstanceIds: [id] });
      const found = described.Reservations?.[0]?.Instances?.[0];
      return {
        id,
        outputs: {
          arn: scope.arn("ec2", `instance/${id}`),
          associatePublicIpAddress: false,
          availabilityZone: home.outputs.availabilityZone,
          instanceState: "running",
          primaryNetworkInterfaceId: own.id,
          // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html, "IP name"
          privateDns: `ip-${own.privateAddress.replaceAll(".", "-")}.${scope.region}.compute.internal`,
          privateIp: own.privateAddress,
          rootBlockDevice: {
            ...root,
            deviceName: image.rootDeviceName,
            volumeId: found?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? "",
          },
          vpcSecurityGroupIds: groups,
          tagsAll: inputs.tags ?? {},
        },
        facts: { interfaces: [own], power: "running" },
      };
    });
  },

  async read(scope, { id, inputs, outputs, facts }) {
    const described = await scope.aws.ec2.describeInstances({ InstanceIds: [id] });
    const state = described.Reservations?.[0]?.Instances?.[0]?.State?.Name;
    if (state === undefined || state === "terminated") return undefined;
    return { inputs, outputs: { ...outputs, instanceState: facts.power ?? "running" } };
  },

  async update(scope, { id, inputs, outputs, facts }, news) {
    const home = scope.get(subnet, news.subnetId);
    const image = refuseUnfit(scope, news, home.inputs.vpcId, home.outputs.availabilityZone);
    const root = rootOf(news, image);
    // https://docs.aws.amazon.com/ebs/latest/userguide/modify-volume-requirements.html: never smaller.
    if ((root.volumeSize ?? 0) < (outputs.rootBlockDevice.volumeSize ?? 0)) {
      throw new AwsError("InvalidParameterValue", "New size cannot be smaller than existing size");
    }
    const groups = groupsOf(scope, news, home.inputs.vpcId);
    await scope.aws.ec2.modifyInstanceAttribute({ InstanceId: id, Groups: groups });
    await retag(scope, id, inputs.tags, news.tags);
    return {
      outputs: {
        ...outputs,
        instanceState: facts.power ?? "running",
        rootBlockDevice: { ...outputs.rootBlockDevice, ...root },
        vpcSecurityGroupIds: groups,
        tagsAll: news.tags ?? {},
      },
    };
  },

  async delete(scope, { id, inputs }) {
    if (inputs.disableApiTermination) {
      throw new AwsError(
        "OperationNotPermitted",
        `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    }
    await scope.aws.ec2.terminateInstances({ InstanceIds: [id] });
  },
});

export type InstanceResource = Resource<typeof instance.inputs, typeof instance.outputs>;
