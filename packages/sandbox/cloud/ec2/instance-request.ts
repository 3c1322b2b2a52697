import { boolean, integer, type Known, object, set, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { architectureOf, IMAGES, type MachineImage, zoneFault } from "../catalogue.ts";
import { instanceProfile } from "../iam/instance-profile.ts";
import { tagInput } from "../tags.ts";
import { refuseForeignGroups } from "./security-group.ts";
import { VOLUME_TYPES } from "./volume.ts";
import { vpc } from "./vpc.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html: "limited to 16 KB, in raw form". */
const MAX_BYTES = 16 * 1024;

/** What is wrong with user data as EC2 takes it, in base64, or undefined. */
function userDataFault(base64: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    return "InvalidUserData.Malformed: invalid base64 encoding of user data";
  }
  const bytes = Buffer.from(base64, "base64").length;
  if (bytes <= MAX_BYTES) return undefined;
  return `InvalidParameterValue: user data is limited to ${MAX_BYTES} bytes before base64, and this has ${bytes}`;
}

/** What RunInstances is asked for, and what of it EC2 refuses. */

export const rootBlockDevice = {
  deleteOnTermination: boolean({ default: true }),
  encrypted: boolean({ replaceOnChange: true }),
  iops: integer(),
  kmsKeyId: string({ replaceOnChange: true }),
  ...tagInput,
  throughput: integer(),
  volumeSize: integer(),
  volumeType: string({ assumed: "gp2", oneOf: VOLUME_TYPES }),
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html */
const metadataOptions = {
  httpEndpoint: string({ default: "enabled", oneOf: ["enabled"] }),
  httpProtocolIpv6: string({ default: "disabled", oneOf: ["disabled"] }),
  httpPutResponseHopLimit: integer({
    assumed: 1,
    validate: (hops) => (hops >= 1 && hops <= 64 ? undefined : `${hops} is not within 1 to 64`),
  }),
  httpTokens: string({ assumed: "optional", oneOf: ["optional", "required"] }),
  instanceMetadataTags: string({ assumed: "disabled", oneOf: ["disabled", "enabled"] }),
};

export const instanceInputs = {
  ami: string({ required: true, replaceOnChange: true }),
  associatePublicIpAddress: boolean({ oneOf: [false], replaceOnChange: true }),
  availabilityZone: string({ replaceOnChange: true, validate: zoneFault }),
  disableApiStop: boolean(),
  disableApiTermination: boolean({ assumed: false }),
  ebsOptimized: boolean({ replaceOnChange: true }),
  iamInstanceProfile: string(),
  instanceInitiatedShutdownBehavior: string({ oneOf: ["stop"] }),
  instanceType: string({
    required: true,
    validate: (type) =>
      architectureOf(type)
        ? undefined
        : `InvalidInstanceType: "${type}" is not in the sandbox's list (cloud/catalogue.ts)`,
  }),
  metadataOptions: object(metadataOptions),
  monitoring: boolean(),
  privateIp: string({ replaceOnChange: true }),
  rootBlockDevice: object(rootBlockDevice),
  sourceDestCheck: boolean({ default: true }),
  subnetId: string({ required: true, replaceOnChange: true }),
  userDataBase64: string({ validate: userDataFault }),
  userDataReplaceOnChange: boolean({ assumed: false }),
  vpcSecurityGroupIds: set(string()),
  ...tagInput,
};
type Inputs = Known<typeof instanceInputs>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html */
export function refuseUnfit(scope: Scope, inputs: Inputs, vpcId: string, zone: string): MachineImage {
  const image = IMAGES.find((item) => item.id === inputs.ami);
  if (image === undefined) {
    throw new AwsError(
      "InvalidAMIID.NotFound",
      `The image id '[${inputs.ami}]' does not exist; the sandbox has: ${IMAGES.map((item) => `${item.id} (${item.name})`).join(", ")}`,
    );
  }
  const architecture = architectureOf(inputs.instanceType);
  if (architecture !== image.architecture) {
    throw new AwsError(
      "InvalidParameterValue",
      `The architecture '${architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI.`,
    );
  }
  if (inputs.availabilityZone !== undefined && inputs.availabilityZone !== zone) {
    throw new AwsError(
      "InvalidParameterValue",
      `The subnet ${inputs.subnetId} is in ${zone}, not in ${inputs.availabilityZone}`,
    );
  }
  const size = inputs.rootBlockDevice?.volumeSize;
  if (size !== undefined && size < image.rootSizeGiB) {
    throw new AwsError(
      "InvalidBlockDeviceMapping",
      `Volume of size ${size}GB is smaller than snapshot of the image, expect size >= ${image.rootSizeGiB}GB`,
    );
  }
  if (inputs.iamInstanceProfile !== undefined) scope.get(instanceProfile, inputs.iamInstanceProfile);
  refuseForeignGroups(scope, inputs.vpcSecurityGroupIds ?? [], vpcId, `subnet ${inputs.subnetId}`);
  return image;
}

export function rootOf(inputs: Inputs, image: MachineImage): Known<typeof rootBlockDevice> {
  const asked = inputs.rootBlockDevice ?? { deleteOnTermination: true, volumeType: "gp2" };
  return { ...asked, volumeSize: asked.volumeSize ?? image.rootSizeGiB };
}

/** The given groups, or the VPC's default one. */
export function groupsOf(scope: Scope, inputs: Inputs, vpcId: string): string[] {
  const given = inputs.vpcSecurityGroupIds ?? [];
  return given.length > 0 ? given : [scope.get(vpc, vpcId).outputs.defaultSecurityGroupId];
}
