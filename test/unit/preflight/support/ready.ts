import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Configuration, ExchangeConfiguration } from "@metrics-link/config";
import {
  type Evidence,
  type ExchangeEvidence,
  type Image,
  type InstanceType,
  passphrase,
} from "@metrics-link/preflight";
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
  memoryMiB: 2048,
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

/** The configuration of an example's exchange stack. @param change of the file's text */
export function exchangeExample(
  role: "sender" | "receiver",
  change: (text: string) => string = (text) => text,
): ExchangeConfiguration {
  const path = join(folder, `Pulumi.${role}-exchange.yaml`);
  writeFileSync(path, change(readFileSync(`stacks/examples/${role}-exchange.yaml`, "utf8")));
  const configuration = new StackFile(path).readAny();
  return configuration.role === "exchange" ? configuration : assert.fail(configuration.role);
}

/** The first update of an exchange stack that nothing stops. Tests change a copy. */
export function readyExchange(configuration = exchangeExample("sender")): ExchangeEvidence {
  const { takenAt, deployed, caller, role, quotas, backend, plugins, ceremony } = ready();
  const common = { takenAt, stack: "account-a", deployed, caller, role, backend, plugins, ceremony };
  const secrets = { value: { address: passphrase, isEmpty: true as const, key: undefined } };
  return { ...common, configuration, quotas: { addresses: quotas.addresses }, secrets };
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
    snapshotRole: {
      value: {
        arn: `arn:aws:iam::${configuration.account.id}:role/metrics-link-snapshots`,
        trust: '{"Statement":[{"Principal":{"Service":"dlm.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
      },
    },
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
    connections: { value: new Map() },
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
