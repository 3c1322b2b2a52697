/** Instance, volumes and their snapshots, and Run Command. Sources: terraform-provider-aws, internal/service/{ec2,dlm}. */
import { about, by, type Call, type Calls, call, created, lists, own, untagged, when } from "./call.ts";
import { makes, retags } from "./network.ts";

const instance = by("instanceId", "instance");
const volume = by("volumeId", "volume");
const groups = by("vpcSecurityGroupIds", "security-group");

/** The right to hand a role to EC2 (IAM user guide, "Grant a user permissions to pass a role"). */
export const passesRole: Call = {
  action: "iam:PassRole",
  on: [{ kind: "role", of: "own" }],
  context: { "iam:PassedToService": "ec2.amazonaws.com" },
};

/** The same for the role by which DLM takes snapshots, which no stack makes (docs/decisions/0740). */
const passesSnapshotRole: Call = {
  action: "iam:PassRole",
  on: [own("snapshot-role")],
  context: { "iam:PassedToService": "dlm.amazonaws.com" },
};

const lifecyclePolicy = (...names: readonly string[]) => about(own("policy"), "dlm", ...names);

/** Asks a host by Systems Manager, and waits for the answer (packages/host/converge). */
export const runCommand: readonly Call[] = [
  call("ssm:SendCommand", by("instanceId", "instance"), own("document")),
  ...lists("ssm", "GetCommandInvocation"),
];

/** An update waits for a host; whoever waits in vain asks which hosts are registered (docs/deploy.md). */
export const convergence: readonly Call[] = [...runCommand, ...lists("ssm", "DescribeInstanceInformation")];

export const host: Readonly<Record<string, Calls>> = {
  "aws:ebs/volume:Volume": {
    create: makes("CreateVolume", "volume", by("snapshotId", "snapshot")),
    read: lists("ec2", "DescribeVolumes"),
    update: [
      ...when(["iops", "size", "throughput", "type"], ...about(own("volume"), "ec2", "ModifyVolume")),
      ...when(["iops", "size", "throughput", "type"], ...lists("ec2", "DescribeVolumesModifications")),
      ...retags("volume"),
    ],
    delete: [call("ec2:DeleteVolume", own("volume"))],
  },
  // No stack makes one: Data Lifecycle Manager does, by a role with the rights of stacks/iam/snapshot-role.json.
  "aws:ebs/snapshot:Snapshot": {
    create: makes("CreateSnapshot", "snapshot", volume),
    read: lists("ec2", "DescribeSnapshots"),
    update: [],
    delete: [call("ec2:DeleteSnapshot", own("snapshot"))],
  },
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": {
    create: [
      // AWS knows no resource of it.
      { action: "dlm:CreateLifecyclePolicy", on: [], context: { "aws:RequestTag/project": "metrics-link" } },
      call("dlm:TagResource", created("policy")),
      passesSnapshotRole,
    ],
    // The policy comes with its tags.
    read: lifecyclePolicy("GetLifecyclePolicy"),
    update: [
      ...when(
        ["description", "executionRoleArn", "policyDetails", "state"],
        ...lifecyclePolicy("UpdateLifecyclePolicy"),
      ),
      ...when(["executionRoleArn"], passesSnapshotRole),
      ...when(["tags"], ...lifecyclePolicy("TagResource", "UntagResource")),
    ],
    delete: lifecyclePolicy("DeleteLifecyclePolicy"),
  },
  "aws:ec2/volumeAttachment:VolumeAttachment": {
    create: [call("ec2:AttachVolume", volume, instance), ...lists("ec2", "DescribeInstances")],
    read: lists("ec2", "DescribeVolumes"),
    update: [],
    delete: [call("ec2:StopInstances", instance), call("ec2:DetachVolume", volume, instance)],
  },
  "aws:ec2/instance:Instance": {
    create: [
      ...lists("ec2", "DescribeImages"),
      ...makes(
        "RunInstances",
        "instance",
        by("ami", "image"),
        by("subnetId", "subnet"),
        groups,
        untagged("network-interface"),
        untagged("volume"),
      ),
      passesRole,
      // Tags of the root volume come after it (resourceInstanceCreate, blockDeviceTagsToCreate).
      call("ec2:CreateTags", { kind: "volume", of: "adopted" }),
    ],
    read: [
      ...lists(
        "ec2",
        "DescribeInstances",
        "DescribeInstanceTypes",
        "DescribeInstanceCreditSpecifications",
        "DescribeTags",
        "DescribeVolumes",
        "DescribeVpcs",
      ),
      call("ec2:DescribeInstanceAttribute", own("instance")),
    ],
    update: [
      ...when(
        ["instanceType"],
        ...about(own("instance"), "ec2", "StopInstances", "ModifyInstanceAttribute", "StartInstances"),
      ),
      ...when(["disableApiTermination"], call("ec2:ModifyInstanceAttribute", own("instance"))),
      ...when(["metadataOptions"], call("ec2:ModifyInstanceMetadataOptions", own("instance"))),
      ...retags("instance"),
    ],
    // It switches both protections off before it terminates (resourceInstanceDelete).
    delete: about(own("instance"), "ec2", "ModifyInstanceAttribute", "TerminateInstances"),
  },
};
