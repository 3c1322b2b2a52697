import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const disksAreEncrypted: ResourceRule = {
  kind: "resource",
  name: "disks-are-encrypted",
  fence: "host",
  rule: "Every disk is encrypted.",
  reason: "A snapshot or a copy of a disk that is not can be read by whoever gets it.",
  remedy: "Set encrypted to true on volumes and on each block device of an instance.",
  source: "CIS AWS Foundations 2.2.1; AWS Security Hub EC2.3; docs/decisions/0202",
  types: [types.volume, types.instance],
  *check({ type, props }) {
    if (type === types.volume) {
      if (props.encrypted !== true) yield "encrypted is not true";
      return;
    }
    if (props.rootBlockDevice?.encrypted !== true) yield "rootBlockDevice.encrypted is not true";
    for (const { deviceName, encrypted } of props.ebsBlockDevices ?? []) {
      if (encrypted !== true) yield `the disk ${deviceName} is not encrypted`;
    }
  },
};
