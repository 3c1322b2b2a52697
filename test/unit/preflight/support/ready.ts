import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Configuration } from "@metrics-link/config";
import type { Evidence, Image, InstanceType } from "@metrics-link/preflight";
import { StackFile } from "../../../../scripts/stack/stack-file.ts";

export const image: Image = {
  id: "ami-0deb1a13000000001",
  name: "debian-13-amd64-20261101-2280",
  state: "available",
  architecture: "x86_64",
  bootMode: "uefi-preferred",
  virtualization: "hvm",
  rootDeviceType: "ebs",
  ena: true,
  created: "2026-11-01T00:00:00.000Z",
  owner: "136693071363",
};

export const instanceType: InstanceType = {
  processors: ["x86_64"],
  hypervisor: "nitro",
  bareMetal: false,
  bootModes: ["legacy-bios", "uefi"],
  vcpus: 2,
};

const folder = mkdtempSync(join(tmpdir(), "metrics-link-preflight-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** The configuration of an example. @param change of the file's text */
export function example(
  role: "sender" | "receiver",
  endpointServices: readonly string[] = [],
  change: (text: string) => string = (text) => text,
): Configuration {
  const zones = "zones: [eu-west-1a]";
  const text = readFileSync(`stacks/examples/${role}.yaml`, "utf8");
  const path = join(folder, `Pulumi.${role}.yaml`);
  const services = `endpointServices: [${endpointServices.join(", ")}]`;
  writeFileSync(path, change(text.replace(zones, `${zones}\n    ${services}`)));
  return new StackFile(path).read();
}

/** A first deployment that nothing stops. Tests change a copy. */
export function ready(configuration = example("sender")): Evidence {
  return {
    takenAt: "2026-11-29T12:00:00.000Z",
    stack: "first",
    configuration,
    deployed: { value: false },
    caller: { value: { account: "999999999999", arn: "arn:aws:iam::999999999999:user/deployer" } },
    role: {
      value: { account: configuration.account.id, arn: "arn:aws:sts::111111111111:assumed-role/metrics-link-deploy/x" },
    },
    zones: {
      value: ["a", "b", "c"].map((letter, index) => ({
        name: `eu-west-1${letter}`,
        id: `euw1-az${index + 1}`,
        state: "available",
      })),
    },
    quotas: {
      addresses: { value: { limit: 5, used: 2 } },
      vpcs: { value: { limit: 5, used: 1 } },
      vcpus: { value: { limit: 5, used: 2 } },
      rules: { value: 60 },
    },
    image: { value: image },
    newestImage: { value: image },
    instanceType: { value: instanceType },
    offeredIn: { value: ["eu-west-1a", "eu-west-1b"] },
    ebsKey: { value: { arn: "alias/aws/ebs", manager: "AWS", enabled: true } },
    names: {
      alias: { value: { name: "alias/metrics-link/sender", taken: false } },
      bucket: { value: { name: "metrics-link-sender-111111111111-eu-west-1", taken: false } },
    },
    backend: { value: { url: "s3://state?region=eu-west-1", versioned: { value: true } } },
    secrets: {
      value: {
        address: "awskms:///arn:aws:kms:eu-west-1:111111111111:key/1?region=eu-west-1",
        key: { value: { arn: "arn:aws:kms:eu-west-1:111111111111:key/1", enabled: true } },
      },
    },
    endpointServices: { value: new Map() },
    guardDutyEndpoints: { value: [] },
    plugins: {
      value: ["aws", "command", "tls"].map((name) => ({
        name,
        version: "1.0.0",
        path: `/cache/${name}`,
        pinned: true,
      })),
    },
    tools: { value: [] },
    ceremony: { value: { signed: true, problems: [] } },
  };
}
